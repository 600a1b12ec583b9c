use std::{fs::File, io::BufWriter, time::Duration};
use xdplive_corpus::{
    LinkType, generate,
    pcap::{Resolution, Writer},
};
fn main() {
    let samples: Vec<_> = generate(1, 4000).collect();
    for (link, name) in [(LinkType::Ethernet, "e"), (LinkType::RawIp, "r")] {
        let mut w = Writer::new(
            BufWriter::new(File::create(format!("/tmp/explore/{name}.pcap")).unwrap()),
            link,
            Resolution::Nanoseconds,
        )
        .unwrap();
        for s in samples.iter().filter(|s| s.link == link) {
            w.frame(Duration::from_secs(s.number as u64), &s.bytes).unwrap();
        }
        w.finish().unwrap();
    }
}
