//! A filter from its text to its decisions.

use std::fmt;

use crate::{
    compile,
    environment::Environment,
    error::{FilterError, Reason},
    field::Packet,
    formula::Formula,
    lexer, parse, suggest,
    syntax::Expression,
    term::{self, Term, TooComplex},
};

/// Bytes of a filter's text at most, as it is given and as it is printed.
pub const MAX_TEXT: usize = 256 * 1024;

/// Conditions of a filter at most, those that lists in braces come to among them.
pub const MAX_CONDITIONS: usize = parse::MAX_CONDITIONS;

/// A filter in the language of pcap-filter(7).
///
/// Printed, it is text that is read back as an equal filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    expression: Expression,
    formula: Formula,
}

impl Filter {
    /// Reads `text`; one without a word in it wants every packet.
    ///
    /// # Errors
    /// What the headers of a packet cannot decide and what is no filter at all, with the word and its column.
    pub fn parse(text: &str) -> Result<Self, FilterError> {
        if text.len() > MAX_TEXT {
            return Err(too_long(text.len(), ""));
        }
        let explained = |error| suggest::explained(text, error);
        let written = parse::written(&lexer::lex(text, &[])).map_err(explained)?;
        let expression = written.map(|written| written.expression()).transpose()?.flatten();
        let expression = expression.unwrap_or(Expression::All(Vec::new()));
        let conditions = expression.leaves().count();
        if conditions > MAX_CONDITIONS {
            let reason =
                format!("the filter has {conditions} conditions, where {MAX_CONDITIONS} are allowed");
            return Err(refused(reason));
        }
        let formula = compile::formula(&expression);
        let filter = Self { expression, formula };
        let printed = filter.to_string().len();
        if printed > MAX_TEXT { Err(too_long(printed, " written out")) } else { Ok(filter) }
    }

    /// The filter that an expression is.
    pub(crate) fn of(expression: Expression) -> Self {
        let formula = compile::formula(&expression);
        Self { expression, formula }
    }

    pub(crate) fn expression(&self) -> &Expression {
        &self.expression
    }

    /// Whether it wants `packet`.
    ///
    /// A condition on a field that the packet does not have is false, its opposite true.
    #[must_use]
    pub fn matches(&self, packet: &Packet<'_>, environment: &Environment) -> bool {
        self.formula.holds(&|test| test.passes(packet, environment))
    }

    /// The same decision as alternatives: a packet is wanted if it matches one of the terms.
    ///
    /// None of them is empty or within another; no term at all wants nothing, a term without sets everything.
    ///
    /// # Errors
    /// If there are more than [`term::MAX_TERMS`], or it would take too long to find out.
    pub fn terms(&self, environment: &Environment) -> Result<Vec<Term>, TooComplex> {
        term::normal::terms(&self.formula, environment)
    }
}

impl Default for Filter {
    /// The filter without a word in it: it wants every packet.
    fn default() -> Self {
        Self { expression: Expression::All(Vec::new()), formula: Formula::All(Vec::new()) }
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.expression.fmt(f)
    }
}

fn too_long(bytes: usize, how: &str) -> FilterError {
    refused(format!("the filter has {bytes} bytes{how}, where {MAX_TEXT} are allowed"))
}

/// An error of no word in particular.
fn refused(reason: String) -> FilterError {
    FilterError {
        column: 1,
        length: 0,
        word: String::new(),
        reason: Reason::Refused(reason),
        suggestions: Vec::new(),
    }
}

#[cfg(test)]
mod tests;
