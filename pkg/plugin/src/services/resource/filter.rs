//! The resources `filter`, what a filter means or what is wrong with it, and `filter/words`, what it can be made of.

use grafana_plugin_sdk::pluginv2::CallResourceRequest;
use serde::Serialize;
use serde_json::{Map, Value, json};
use xdplive_filter::{Environment, words};

use super::{Failure, keys};
use crate::query::{QueryError, parse_filter};

/// A filter that can be asked for.
#[derive(Serialize)]
struct Explained {
    canonical: String,
    meaning: String,
    /// Alternatives that the kernel decides by.
    terms: usize,
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
}

impl Fault {
    /// One that no word alone is to blame for.
    fn of_the_whole(text: &str, message: &str) -> Self {
        let message = message.trim_start_matches("filter: ").to_owned();
        Self { column: 1, length: text.chars().count(), word: text.to_owned(), message }
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
            "the body is no JSON object; it takes the keys filter, kind and groupBy of a query, as in {\"filter\": \"arp\"}";
        Failure { code: 400, message: message.to_owned() }
    })
}

fn explain(keys: &Map<String, Value>) -> Result<Value, Failure> {
    let text = keys.get("filter").and_then(Value::as_str).unwrap_or_default();
    let fault = match parse_filter(keys) {
        // How many alternatives there are depends on an interface where it comes to broadcast addresses alone.
        Ok(filter) => match filter.terms(&Environment::default()) {
            Ok(terms) => {
                let explained = Explained {
                    canonical: filter.to_string(),
                    meaning: filter.meaning(),
                    terms: terms.len(),
                };
                return Ok(json!(explained));
            }
            Err(error) => Fault::of_the_whole(text, &error.to_string()),
        },
        Err(QueryError::Filter(error)) => {
            Fault { column: error.column, length: error.length, message: error.message(), word: error.word }
        }
        Err(
            error @ (QueryError::NotOfFlows { .. }
            | QueryError::NoFilterByFlag { .. }
            | QueryError::TooComplex(_)),
        ) => Fault::of_the_whole(text, &error.to_string()),
        Err(error) => return Err(Failure { code: 400, message: error.to_string() }),
    };
    Ok(json!({ "error": fault }))
}

fn every_word() -> Value {
    let words: Vec<Value> = words::all()
        .map(|word| json!({ "text": word.text, "kind": word.kind.name(), "meaning": word.meaning }))
        .collect();
    json!({ "words": words })
}
