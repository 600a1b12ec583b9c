//! What the filter's editor asks for.

use std::{env, fs};

use serde_json::{Map, Value, json};

use crate::{
    context::viewer,
    grafana::{Grafana, meta},
};

async fn asked(query: Value) -> (i32, Value) {
    Grafana::start().await.post(viewer(), "filter", &query.to_string()).await
}

/// These keys of an answer.
fn keys(answer: &Value, keys: &[&str]) -> Value {
    keys.iter().map(|key| ((*key).to_owned(), answer[key].clone())).collect::<Map<_, _>>().into()
}

const MEANING: &[&str] = &["canonical", "meaning", "terms"];

#[tokio::test]
async fn a_filter_is_explained() {
    let expected = json!({
        "canonical": "tcp port 443 and not host 192.0.2.7",
        "meaning": "packets to or from TCP port 443 (https), except those to or from host 192.0.2.7",
        "terms": 2,
    });
    let (status, answer) = asked(json!({ "filter": "tcp port https and not host 192.0.2.7" })).await;
    assert_eq!((status, keys(&answer, MEANING)), (200, expected));
    let grafana = Grafana::start().await;
    let path = "filter?expr=tcp+port+https%20and+not+host+192.0.2.7";
    assert_eq!(grafana.resource(viewer(), "GET", path).await, (200, answer));
    let everything = json!({
        "canonical": "", "meaning": "every packet", "terms": 1,
        "tokens": [], "expected": null, "conditions": { "joint": "and", "conditions": [] },
    });
    assert_eq!(grafana.resource(viewer(), "GET", "filter").await, (200, everything));
}

#[tokio::test]
async fn a_filter_that_no_packet_can_match_is_warned_of() {
    let contradiction = "no packet can match: \"port 80\" and \"icmp\" contradict each other, because only TCP, UDP, \
                         UDP-Lite, SCTP and DCCP packets have ports";
    let (status, answer) = asked(json!({ "filter": "port 80 and icmp" })).await;
    assert_eq!((status, &answer["contradiction"]), (200, &json!(contradiction)));
    let grafana = Grafana::start().await;
    for (filter, expected) in [("tcp and udp", true), ("tcp or udp", false)] {
        let json = json!({ "filter": filter, "interfaces": ["eth0"] }).to_string();
        let notices = meta(&grafana.answer(viewer(), &json).await.frames[0])["notices"].take();
        let warning = json!({
            "severity": "warning",
            "text": "No packet can match: \"tcp\" and \"udp\" contradict each other, because a packet has one IP protocol.",
        });
        let warns = notices.as_array().is_some_and(|notices| notices.contains(&warning));
        assert_eq!(warns, expected, "{filter}: {notices}");
    }
}

#[tokio::test]
async fn a_wrong_filter_is_pointed_at() {
    let expected = json!({ "error": {
        "column": 15, "length": 3, "word": "adn", "message": "expected and, or or the end but found \"adn\"",
        "suggestions": [{ "column": 15, "length": 3, "text": "and" }],
    }});
    let (status, answer) = asked(json!({ "filter": "host 10.0.0.1 adn port 80" })).await;
    assert_eq!((status, keys(&answer, &["error"])), (200, expected));
    let beyond = "expected and, or or the end but found \"adn\"";
    assert_eq!(answer["conditions"], json!({ "beyond": beyond }));
    let expected = json!({ "error": {
        "column": 5, "length": 0, "word": "", "message": "the filter ends too early: expected a port",
    }});
    let (status, answer) = asked(json!({ "filter": "port" })).await;
    assert_eq!(
        (status, keys(&answer, &["error", "canonical"])),
        (200, {
            let mut expected = expected;
            expected["canonical"] = Value::Null;
            expected
        })
    );
}

/// What an editor shows is about the text that was typed, before variables had values.
#[tokio::test]
async fn a_text_is_shown_as_it_was_typed() {
    let (status, answer) = asked(json!({
        "filter": "host {192.0.2.1,192.0.2.2} and ", "typed": "host ${hosts:csv} and ", "cursor": 22,
    }))
    .await;
    assert_eq!(
        (status, &answer["error"]["message"]),
        (
            200,
            &json!(
                "the filter ends too early: expected a condition, such as host 192.0.2.1, port 53, tcp, or ip[8] < 5"
            )
        )
    );
    let tokens = json!([
        { "start": 0, "length": 4, "class": "keyword" },
        { "start": 5, "length": 12, "class": "variable" },
        { "start": 18, "length": 3, "class": "operator" },
    ]);
    assert_eq!(answer["tokens"], tokens);
    let expected = &answer["expected"];
    assert_eq!(
        keys(expected, &["start", "length", "whole", "kinds"]),
        json!({ "start": 22, "length": 0, "whole": false, "kinds": ["word", "address"] })
    );
    assert_eq!(expected["words"].as_array().unwrap()[..2], [json!("host"), json!("net")]);
    let (_, answer) = asked(json!({
        "filter": "host 192.0.2.1 and tcp", "typed": "host $hosts and tcp", "cursor": 8,
    }))
    .await;
    assert_eq!(answer["meaning"], "TCP packets to or from host 192.0.2.1");
    assert_eq!(answer["expected"], Value::Null, "in a variable");
    assert_eq!(
        answer["conditions"],
        json!({ "joint": "and", "conditions": [
            { "field": "host", "operator": "is", "values": ["$hosts"] },
            { "field": "protocol", "operator": "is", "values": ["tcp"] },
        ]})
    );
}

/// The front end's tests have these answers from the file: `UPDATE_GOLDEN=1` writes them anew.
#[tokio::test]
async fn answers_are_those_that_the_front_end_is_tested_with() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../testdata/filters/readings.json");
    let recorded: Vec<Value> = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    assert!(recorded.len() > 50, "{}", recorded.len());
    let grafana = Grafana::start().await;
    let mut lines = Vec::new();
    for case in &recorded {
        let (status, answer) = grafana.post(viewer(), "filter", &case["question"].to_string()).await;
        assert_eq!(status, 200, "{case}");
        lines.push(json!({ "question": case["question"], "answer": answer }));
    }
    if env::var_os("UPDATE_GOLDEN").is_some() {
        let text = lines.iter().map(Value::to_string).collect::<Vec<_>>().join(",\n");
        fs::write(path, format!("[\n{text}\n]\n")).unwrap();
        return;
    }
    for (line, case) in lines.iter().zip(&recorded) {
        assert_eq!(line, case);
    }
}

/// Of a long list it is told how long it is; nothing is coloured.
#[tokio::test]
async fn a_list_of_thousands_is_explained_in_short() {
    let hosts: Vec<String> =
        (0..3000_u32).map(|number| format!("10.{}.{}.7", number / 256, number % 256)).collect();
    let list = format!("host {{{}}}", hosts.join(","));
    let (status, answer) = asked(json!({ "filter": list })).await;
    let expected = json!({
        "canonical": list,
        "meaning": "packets to or from host 10.0.0.7, 10.0.1.7, 10.0.2.7 or one of 2,997 others",
        "terms": 2,
    });
    assert_eq!((status, keys(&answer, MEANING), &answer["tokens"]), (200, expected, &json!([])));
    let (status, answer) = asked(json!({ "filter": "x".repeat(262_145) })).await;
    let message = json!("the filter has 262145 bytes, where 262144 are allowed");
    assert_eq!((status, &answer["error"]["message"]), (200, &message));
}

#[tokio::test]
async fn an_answer_is_bounded() {
    let text = "(".repeat(8192);
    let (status, answer) = asked(json!({ "filter": text, "typed": text, "cursor": 8192 })).await;
    assert_eq!((status, answer["tokens"].as_array().unwrap().len()), (200, 8192));
    let (status, answer) = asked(json!({ "filter": "", "typed": text + "(" })).await;
    assert_eq!((status, &answer["tokens"]), (200, &json!([])));
    assert_eq!(answer["conditions"], json!({ "beyond": "it has more than 8192 bytes" }));
}

#[tokio::test]
async fn a_filter_for_flows_asks_for_what_they_carry() {
    for (query, beginning) in [
        (json!({ "filter": "ttl 1", "kind": "flows" }), "a flow carries no TTL, which the filter looks at"),
        (
            json!({ "filter": "ttl 1", "kind": "rates", "groupBy": "vlan" }),
            "a flow carries no TTL, which the filter looks at",
        ),
        (
            json!({ "filter": "arp", "kind": "rates", "groupBy": "tcp_flag" }),
            "\"arp\" is not allowed with groupBy",
        ),
    ] {
        let (status, body) = asked(query.clone()).await;
        assert_eq!(status, 200);
        let error = &body["error"];
        assert!(error["message"].as_str().unwrap().starts_with(beginning), "{body}");
        let text = query["filter"].as_str().unwrap();
        assert_eq!(
            (&error["column"], &error["length"], &error["word"]),
            (&json!(1), &json!(text.len()), &json!(text))
        );
    }
    for query in [
        json!({ "filter": "ttl 1", "kind": "packets", "groupBy": "vlan" }),
        json!({ "filter": "ttl 1", "kind": "rates" }),
        json!({ "filter": "tcp", "kind": "flows" }),
    ] {
        let (_, body) = asked(query).await;
        assert_eq!(body["terms"], 1, "{body}");
    }
}

/// Those in the query editor's help.
#[tokio::test]
async fn the_examples_are_filters() {
    let examples = include_str!("../../../../src/query/filterExamples.json");
    let examples: Vec<Value> = serde_json::from_str(examples).unwrap();
    assert!(examples.len() >= 10);
    let grafana = Grafana::start().await;
    for example in examples {
        for (kind, can) in [("packets", true), ("rates", true), ("flows", example["isOfFlows"] == true)] {
            let query = json!({ "filter": example["filter"], "kind": kind }).to_string();
            let (status, body) = grafana.post(viewer(), "filter", &query).await;
            assert_eq!((status, body["error"].is_null()), (200, can), "{query}: {body}");
        }
    }
}

#[tokio::test]
async fn too_many_alternatives_are_a_fault_of_the_whole_filter() {
    let one = |port: u16| format!("(src port {port} and dst port {port})");
    let text = (0..65).map(one).collect::<Vec<_>>().join(" or ");
    for kind in ["packets", "flows"] {
        let (status, body) = asked(json!({ "filter": text, "kind": kind })).await;
        assert_eq!(status, 200);
        assert_eq!(
            (&body["error"]["column"], &body["error"]["length"]),
            (&json!(1), &json!(text.len())),
            "{body}"
        );
        assert!(body["error"]["message"].as_str().unwrap().contains("alternatives"), "{body}");
    }
}

#[tokio::test]
async fn what_is_no_question_fails() {
    let grafana = Grafana::start().await;
    for (body, beginning) in [
        ("[]", "the body is no JSON object"),
        (r#"{"filter":7}"#, "filter: 7 is not allowed"),
        (r#"{"kind":"hosts"}"#, "kind: \"hosts\" is not allowed"),
        (r#"{"typed":7}"#, "typed: 7 is not allowed; it takes a text"),
        (r#"{"cursor":-1}"#, "cursor: -1 is not allowed; it takes the number of characters in front of it"),
    ] {
        let (status, answer) = grafana.post(viewer(), "filter", body).await;
        assert_eq!(status, 400, "{body}");
        assert!(answer["message"].as_str().unwrap().starts_with(beginning), "{answer}");
    }
    assert_eq!(grafana.resource(viewer(), "DELETE", "filter").await.0, 405);
    assert_eq!(grafana.resource(viewer(), "POST", "filter/words").await.0, 405);
}

#[tokio::test]
async fn the_words_can_be_listed() {
    let (status, body) = Grafana::start().await.resource(viewer(), "GET", "filter/words").await;
    assert_eq!(status, 200);
    let words = body["words"].as_array().unwrap();
    for word in [
        json!({ "text": "host", "kind": "keyword", "meaning": "packets to or from an address" }),
        json!({ "text": "tcp", "kind": "protocol", "meaning": "IP protocol 6" }),
        json!({ "text": "arp", "kind": "ethertype", "meaning": "ARP, EtherType 0x0806" }),
        json!({ "text": "ssdp", "kind": "service", "meaning": "port 1900, tcp, udp" }),
        json!({ "text": "ef", "kind": "code-point", "meaning": "code point 46" }),
        json!({ "text": "tcp-syn", "kind": "number", "meaning": "2 in a comparison" }),
    ] {
        assert!(words.contains(&word), "{word}");
    }
}
