//! tshark's dissection, layer by layer (PDML).
//!
//! The list of a field's values that the other judge reads does not say which layer each belongs to. This does.

use std::{
    io::{BufRead, BufReader},
    process::Stdio,
};

use xdplive_corpus::{LinkType, Sample};

use crate::judge;

/// One layer, as far as its fields have been asked for.
#[derive(Debug, Default)]
pub(super) struct Layer {
    pub(super) name: String,
    /// Fields in their order, by name.
    fields: Vec<(String, String)>,
}

impl Layer {
    /// The first value of a field.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// All values of a field.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.fields.iter().filter(move |(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    /// Values of any of these fields, in their order.
    pub(super) fn in_order(&self, names: &[&str]) -> impl Iterator<Item = (&str, &str)> {
        let is_named = |field: &str| names.contains(&field);
        self.fields
            .iter()
            .filter(move |(field, _)| is_named(field))
            .map(|(field, value)| (field.as_str(), value.as_str()))
    }
}

/// The layers of each sample; all are of one link type.
pub(super) fn dissect(link: LinkType, samples: &[Sample]) -> Vec<Vec<Layer>> {
    let mut tshark = judge::tshark(&format!("carried-{link:?}"), link, samples);
    tshark.args(["-T", "pdml", "-d", "udp.port==8472,vxlan"]).stdout(Stdio::piped());
    let mut child = tshark.spawn().unwrap_or_else(judge::does_not_start);
    let output = BufReader::new(child.stdout.take().unwrap());
    let mut packets: Vec<Vec<Layer>> = Vec::new();
    // Layers in one another: of those inside another, only the headers of IPv6 are kept, with that layer.
    let mut depth = 0;
    for line in output.lines() {
        let line = line.unwrap();
        let line = line.trim_start();
        if line.starts_with("<packet>") {
            packets.push(Vec::new());
        } else if line.starts_with("</proto>") {
            depth -= 1;
        } else if let Some(proto) = line.strip_prefix("<proto ") {
            let name = attribute(proto, "name").unwrap().to_owned();
            let layers = packets.last_mut().unwrap();
            if depth == 0 {
                layers.push(Layer { name, fields: Vec::new() });
            }
            depth += usize::from(!proto.ends_with("/>"));
        } else if let Some(field) = line.strip_prefix("<field ") {
            let Some(layer) = packets.last_mut().unwrap().last_mut() else { continue };
            if depth > 1 && layer.name != "ipv6" {
                continue;
            }
            let name = attribute(field, "name").unwrap_or_default().to_owned();
            layer.fields.push((name, attribute(field, "show").unwrap_or_default().to_owned()));
        }
    }
    assert!(child.wait().unwrap().success(), "tshark failed");
    packets
}

/// The value of an attribute; those that are read have no characters that XML has to write in another way.
fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let start = format!("{name}=\"");
    // Behind a blank, so that "name" is not found in "showname".
    let at = if tag.starts_with(&start) { 0 } else { tag.find(&format!(" {start}"))? + 1 };
    tag.get(at + start.len()..)?.split('"').next()
}
