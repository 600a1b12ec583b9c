//! What a filter means, in plain words for people who do not know the language.
//!
//! Conditions follow the word "packets" or "those": `to or from TCP port 443`. Groups stand in parentheses, since
//! "and" and "or" bind equally in English, too.

mod comparison;
mod condition;
mod phrase;

use phrase::{all_of, any_of};

use crate::{
    filter::Filter,
    syntax::{Expression, Primitive},
    tree::Tree,
};

impl Filter {
    /// What it means, in a sentence without capital and full stop: `packets to or from TCP port 443 (https), except
    /// those to or from host 192.0.2.7`. Never empty.
    #[must_use]
    pub fn meaning(&self) -> String {
        sentence(self.expression())
    }
}

fn sentence(expression: &Expression) -> String {
    let expression = without_double_negation(expression);
    let conditions: Vec<&Expression> = match expression {
        Tree::All(list) => list.iter().map(without_double_negation).collect(),
        Tree::Any(list) if list.is_empty() => return "no packet".to_owned(),
        other => vec![other],
    };
    let named = |condition: &Expression| leaf(condition).and_then(condition::protocol);
    // "TCP packets of UDP" would read as if there were any.
    let has_one_protocol = conditions.iter().filter(|condition| named(condition).is_some()).count() == 1;
    let (mut way, mut protocol) = (None, None);
    let (mut wanted, mut unwanted) = (Vec::new(), Vec::new());
    for condition in conditions {
        match condition {
            Tree::Not(other) => unwanted.push(other.as_ref()),
            // These go in front: "received TCP packets".
            Tree::Leaf(primitive) if way.is_none() && condition::way(primitive).is_some() => {
                way = condition::way(primitive);
            }
            Tree::Leaf(_) if has_one_protocol && named(condition).is_some() => protocol = named(condition),
            other => wanted.push(clause(other)),
        }
    }
    let mut words: Vec<String> = way.map(str::to_owned).into_iter().chain(protocol).collect();
    let is_everything = words.is_empty() && wanted.is_empty();
    words.push(if is_everything { "every packet" } else { "packets" }.to_owned());
    let is_all = words.len() == 1 && unwanted.is_empty();
    match wanted.as_slice() {
        [] => {}
        // Nothing stands beside it that its "or" could be about, too.
        [one] if is_all || one.parts == Parts::Values => words.push(one.text.clone()),
        several => words.push(all_of(&several.iter().map(Clause::grouped).collect::<Vec<_>>())),
    }
    let sentence = words.join(" ");
    if unwanted.is_empty() {
        return sentence;
    }
    let exception = match unwanted.as_slice() {
        [Tree::Any(list)] => any(list.iter()),
        [one] => Clause::of_one_part(clause(one).grouped()),
        several => any(several.iter().copied()),
    };
    let comma = if is_everything { "" } else { "," };
    format!("{sentence}{comma} except those {}", exception.text)
}

/// What follows "packets".
struct Clause {
    text: String,
    parts: Parts,
}

/// What the parts of a clause are, which "and" or "or" stands between.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Parts {
    One,
    /// Values of one condition: `from port 80 or 443`.
    Values,
    /// Conditions.
    Conditions,
}

impl Clause {
    fn of_one_part(text: String) -> Self {
        Self { text, parts: Parts::One }
    }

    /// As one part of another clause.
    fn grouped(&self) -> String {
        if self.parts == Parts::One { self.text.clone() } else { format!("({})", self.text) }
    }
}

fn clause(expression: &Expression) -> Clause {
    match without_double_negation(expression) {
        Tree::All(list) => {
            let texts: Vec<String> = list.iter().map(|part| clause(part).grouped()).collect();
            let text = if texts.is_empty() { "of any kind".to_owned() } else { all_of(&texts) };
            Clause { text, parts: if list.len() > 1 { Parts::Conditions } else { Parts::One } }
        }
        Tree::Any(list) => any(list.iter()),
        Tree::Not(other) => Clause::of_one_part(format!("not {}", clause(other).grouped())),
        Tree::Leaf(primitive) => Clause::of_one_part(condition::phrase(primitive).text()),
    }
}

/// Alternatives, those next to each other with a common head as one: `to or from port 80 or 443`.
fn any<'e>(list: impl Iterator<Item = &'e Expression>) -> Clause {
    let mut heads: Vec<(Option<String>, Vec<String>)> = Vec::new();
    for expression in list {
        let phrase = leaf(expression).map(condition::phrase).filter(|phrase| !phrase.value.is_empty());
        match (phrase, heads.last_mut()) {
            (Some(phrase), Some((Some(head), values))) if *head == phrase.head => values.push(phrase.value),
            (Some(phrase), _) => heads.push((Some(phrase.head), vec![phrase.value])),
            (None, _) => heads.push((None, vec![clause(expression).grouped()])),
        }
    }
    let text = |(head, values): &(Option<String>, Vec<String>)| {
        let values = any_of(values);
        head.as_ref().map_or_else(|| values.clone(), |head| format!("{head} {values}"))
    };
    let parts = match heads.as_slice() {
        [] => Parts::One,
        [(_, values)] => {
            if values.len() > 1 {
                Parts::Values
            } else {
                Parts::One
            }
        }
        _ => Parts::Conditions,
    };
    let texts: Vec<String> = heads.iter().map(text).collect();
    let text = if texts.is_empty() { "of no kind".to_owned() } else { any_of(&texts) };
    Clause { text, parts }
}

fn leaf(expression: &Expression) -> Option<&Primitive> {
    match without_double_negation(expression) {
        Tree::Leaf(primitive) => Some(primitive),
        Tree::All(_) | Tree::Any(_) | Tree::Not(_) => None,
    }
}

fn without_double_negation(expression: &Expression) -> &Expression {
    match expression {
        Tree::Not(outer) => match outer.as_ref() {
            Tree::Not(inner) => without_double_negation(inner),
            _ => expression,
        },
        _ => expression,
    }
}

#[cfg(test)]
mod tests;
