//! The resources `filter`, what a filter means or what is wrong with it and how an editor shows it, and `filter/words`,
//! what it can be made of.

use grafana_plugin_sdk::pluginv2::CallResourceRequest;
use serde::Serialize;
use serde_json::{Map, Value, json};
use xdplive_filter::{
    Environment, FilterError, Suggestion,
    reading::{Completion, Condition, Conditions, Expected, Part, Reading},
    words,
};

use super::{Failure, keys};
use crate::query::{QueryError, parse_filter, variables_in};

/// What a filter means or what is wrong with it, and what an editor shows of the text that it was typed as.
#[derive(Serialize)]
struct Answer {
    #[serde(flatten)]
    verdict: Verdict,
    tokens: Vec<TokenEntry>,
    expected: Option<ExpectedEntry>,
    conditions: ConditionsEntry,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Verdict {
    Right(Explained),
    Wrong { error: Fault },
}

/// A filter that can be asked for.
#[derive(Serialize)]
struct Explained {
    canonical: String,
    meaning: String,
    /// Alternatives that the kernel decides by.
    terms: usize,
    /// Why no packet can match it: a clause.
    #[serde(skip_serializing_if = "Option::is_none")]
    contradiction: Option<String>,
}

/// What is wrong with a filter, and where.
#[derive(Serialize)]
struct Fault {
    /// Characters, from 1.
    column: usize,
    /// Characters; 0 at the end of the text.
    length: usize,
    word: String,
    message: String,
    /// What may have been meant, what is most likely at the front.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    suggestions: Vec<SuggestionEntry>,
}

/// A change of the text.
#[derive(Serialize)]
struct SuggestionEntry {
    /// Where what it replaces begins: characters, from 1.
    column: usize,
    /// Characters that it replaces.
    length: usize,
    text: String,
}

impl From<FilterError> for Fault {
    fn from(error: FilterError) -> Self {
        let message = error.fault();
        let FilterError { column, length, word, suggestions, .. } = error;
        let entry = |Suggestion { column, length, text }| SuggestionEntry { column, length, text };
        Self { column, length, word, message, suggestions: suggestions.into_iter().map(entry).collect() }
    }
}

impl Fault {
    /// One that no word alone is to blame for.
    fn of_the_whole(text: &str, message: &str) -> Self {
        let message = message.trim_start_matches("filter: ").to_owned();
        Self {
            column: 1,
            length: text.chars().count(),
            word: text.to_owned(),
            message,
            suggestions: Vec::new(),
        }
    }
}

/// The answer, where `path` is one of these resources. A wrong filter is no failure: it is what was asked about.
pub(super) fn answer(path: &str, request: &CallResourceRequest) -> Option<Result<Value, Failure>> {
    match (path, request.method.as_str()) {
        ("filter", "GET") => Some(explain(&keys_of_address(&request.url))),
        ("filter", "POST") => Some(keys_of_body(&request.body).and_then(|keys| explain(&keys))),
        ("filter/words", "GET") => Some(Ok(every_word())),
        ("filter", _) => {
            let message = "filter takes GET with the key expr in the address, or POST with the key filter in a JSON body";
            Some(Err(Failure { code: 405, message: message.to_owned() }))
        }
        ("filter/words", _) => {
            Some(Err(Failure { code: 405, message: "filter/words can only be read (GET)".to_owned() }))
        }
        _ => None,
    }
}

/// `expr` is the filter, and the other keys are a query's.
fn keys_of_address(url: &str) -> Map<String, Value> {
    let named = |key: &str| if key == "expr" { "filter".to_owned() } else { key.to_owned() };
    keys(url).map(|(key, value)| (named(&key), Value::from(value.into_owned()))).collect()
}

fn keys_of_body(body: &[u8]) -> Result<Map<String, Value>, Failure> {
    serde_json::from_slice(body).map_err(|_| {
        let message =
            "the body is no JSON object; it takes the keys filter, kind and groupBy of a query, and typed and cursor of an editor, as in {\"filter\": \"arp\"}";
        Failure { code: 400, message: message.to_owned() }
    })
}

fn explain(keys: &Map<String, Value>) -> Result<Value, Failure> {
    let filter = keys.get("filter").and_then(Value::as_str).unwrap_or_default();
    let typed = match keys.get("typed") {
        None => filter,
        Some(Value::String(typed)) => typed,
        Some(other) => return Err(not_allowed("typed", other, "it takes a text")),
    };
    let cursor = match keys.get("cursor") {
        None => None,
        Some(number) => match number.as_u64().and_then(|number| usize::try_from(number).ok()) {
            Some(cursor) => Some(cursor),
            None => {
                return Err(not_allowed(
                    "cursor",
                    number,
                    "it takes the number of characters in front of it",
                ));
            }
        },
    };
    let verdict = verdict(filter, keys)?;
    let reading = Reading::new(typed, &variables_in(typed), cursor);
    let answer = Answer {
        verdict,
        tokens: reading.parts.into_iter().map(TokenEntry::from).collect(),
        expected: reading.expected.map(ExpectedEntry::from),
        conditions: match reading.conditions {
            Ok(conditions) => ConditionsEntry::Shown(ShownEntry::from(conditions)),
            Err(reason) => ConditionsEntry::Beyond { beyond: reason.to_string() },
        },
    };
    Ok(json!(answer))
}

fn not_allowed(key: &str, given: &Value, allowed: &str) -> Failure {
    let given: String = given.to_string().chars().take(60).collect();
    Failure { code: 400, message: format!("{key}: {given} is not allowed; {allowed}") }
}

fn verdict(text: &str, keys: &Map<String, Value>) -> Result<Verdict, Failure> {
    let error = match parse_filter(keys) {
        // How many alternatives there are depends on an interface where it comes to broadcast addresses alone.
        Ok(filter) => match filter.terms(&Environment::default()) {
            Ok(terms) => {
                return Ok(Verdict::Right(Explained {
                    canonical: filter.to_string(),
                    meaning: filter.meaning(),
                    terms: terms.len(),
                    contradiction: filter.contradiction().map(|contradiction| contradiction.to_string()),
                }));
            }
            Err(error) => Fault::of_the_whole(text, &error.to_string()),
        },
        Err(QueryError::Filter(error)) => error.into(),
        Err(
            error @ (QueryError::NotOfFlows { .. }
            | QueryError::NoFilterByFlag { .. }
            | QueryError::TooComplex(_)),
        ) => Fault::of_the_whole(text, &error.to_string()),
        Err(error) => return Err(Failure { code: 400, message: error.to_string() }),
    };
    Ok(Verdict::Wrong { error })
}

/// A part of the text, to colour it.
#[derive(Serialize)]
struct TokenEntry {
    /// Characters in front of it.
    start: usize,
    length: usize,
    class: &'static str,
}

impl From<Part> for TokenEntry {
    fn from(part: Part) -> Self {
        Self { start: part.start, length: part.length, class: part.class.name() }
    }
}

/// What could stand at the cursor.
#[derive(Serialize)]
struct ExpectedEntry {
    /// The word at the cursor: characters in front of it.
    start: usize,
    length: usize,
    /// Whether what of it is in front of the cursor can stand there as it is.
    whole: bool,
    /// What could stand in its place, in the order of what is most likely meant: `word`, one of `words`, or a value.
    kinds: Vec<&'static str>,
    words: Vec<&'static str>,
}

impl From<Expected> for ExpectedEntry {
    fn from(expected: Expected) -> Self {
        let Expected { start, length, is_whole, completions } = expected;
        let mut kinds = Vec::new();
        let mut words = Vec::new();
        for completion in completions {
            let kind = match completion {
                Completion::Word(word) => {
                    words.push(word);
                    "word"
                }
                Completion::Value(kind) => kind.name(),
            };
            if !kinds.contains(&kind) {
                kinds.push(kind);
            }
        }
        Self { start, length, whole: is_whole, kinds, words }
    }
}

/// What menus show of it, or why they show nothing.
#[derive(Serialize)]
#[serde(untagged)]
enum ConditionsEntry {
    Shown(ShownEntry),
    Beyond { beyond: String },
}

#[derive(Serialize)]
struct ShownEntry {
    /// What is between any two of them: `and` or `or`.
    joint: &'static str,
    conditions: Vec<ConditionEntry>,
}

#[derive(Serialize)]
struct ConditionEntry {
    field: &'static str,
    operator: &'static str,
    values: Vec<String>,
}

impl From<Conditions> for ShownEntry {
    fn from(Conditions { all, conditions }: Conditions) -> Self {
        let entry = |Condition { field, asks, values }| ConditionEntry {
            field: field.name(),
            operator: asks.name(),
            values,
        };
        Self {
            joint: if all { "and" } else { "or" },
            conditions: conditions.into_iter().map(entry).collect(),
        }
    }
}

fn every_word() -> Value {
    let words: Vec<Value> = words::all()
        .map(|word| json!({ "text": word.text, "kind": word.kind.name(), "meaning": word.meaning }))
        .collect();
    json!({ "words": words })
}
