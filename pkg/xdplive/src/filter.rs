//! `xdplive filter`: what a filter comes to, or what is wrong with it and where.

use std::fmt::Write as _;

use xdplive_filter::{Environment, Filter, FilterError};

use crate::{cli, exit::Failure, output};

/// Runs the command.
///
/// # Errors
/// Where the expression is no filter, or too much for an interface, and where standard output does not take the
/// explanation.
pub fn run(options: &cli::Filter) -> Result<(), Failure> {
    let text = options.expression.join(" ");
    output::print("the explanation", &format!("{}\n", explain(&text)?))
}

/// The filter in its canonical form, what it means, and the alternatives that the kernel decides by.
fn explain(text: &str) -> Result<String, Failure> {
    let filter = Filter::parse(text).map_err(|error| Failure::Call(pointed(text, &error)))?;
    let terms = filter.terms(&Environment::default()).map_err(|error| Failure::Call(error.to_string()))?;
    let canonical = filter.to_string();
    let mut explained = if canonical.is_empty() { "(no filter)".to_owned() } else { canonical };
    let meaning = filter.meaning();
    let count = match terms.len() {
        1 => "1 alternative".to_owned(),
        more => format!("{more} alternatives"),
    };
    // Writing to a string cannot fail.
    let _ = write!(explained, "\n{meaning}");
    if let Some(contradiction) = filter.contradiction() {
        let _ = write!(explained, "\n{contradiction}");
        return Ok(explained);
    }
    let _ = write!(explained, "\n{count}");
    for term in &terms {
        let _ = write!(explained, "\n  {term}");
    }
    Ok(explained)
}

/// The error, with its place in the text pointed at.
fn pointed(text: &str, error: &FilterError) -> String {
    // One line, so that columns are places on it.
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let before = " ".repeat(error.column.saturating_sub(1));
    format!("{error}\n  {line}\n  {before}{}", "^".repeat(error.length.max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_explained() {
        assert_eq!(
            explain("port http").unwrap(),
            "port 80\npackets to or from port 80 (http)\n2 alternatives\n  source port 80\n  destination port 80"
        );
        assert_eq!(explain("").unwrap(), "(no filter)\nevery packet\n1 alternative\n  every packet");
        assert_eq!(
            explain("tcp and udp").unwrap(),
            "tcp and udp\npackets of TCP and of UDP\nno packet can match: \"tcp\" and \"udp\" contradict each other, because a \
             packet has one IP protocol"
        );
    }

    #[test]
    fn a_fault_is_pointed_at() {
        let Err(Failure::Call(message)) = explain("host 10.0.0.1 adn port 80") else { panic!("no fault") };
        let lines: Vec<&str> = message.lines().collect();
        assert_eq!(
            lines[0],
            "column 15: expected and, or or the end but found \"adn\"; did you mean \"and\"?"
        );
        assert_eq!(lines[1], "  host 10.0.0.1 adn port 80");
        assert_eq!(lines[2], "                ^^^");
    }
}
