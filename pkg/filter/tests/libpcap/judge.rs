//! Runs tcpdump and reads which frames it takes.

use std::{
    collections::BTreeSet,
    fs::{self, File},
    io::{BufWriter, ErrorKind},
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use xdplive_corpus::{
    LinkType, Sample,
    pcap::{Resolution, Writer},
};

use crate::shown::View;

/// Bytes of a capture file's header, and of the one in front of each frame.
const FILE_HEADER: usize = 24;
const FRAME_HEADER: usize = 16;

/// The corpus, ready to be judged.
pub(crate) struct Judge {
    directory: PathBuf,
}

impl Judge {
    /// Writes `samples` as they are shown to libpcap, each with its number as its second, into a directory of this
    /// `name`: tests run at the same time.
    pub(crate) fn new<'s>(name: &str, samples: impl Iterator<Item = &'s Sample> + Clone) -> Self {
        let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join("libpcap").join(name);
        fs::create_dir_all(&directory).unwrap();
        let judge = Self { directory };
        for view in View::ALL {
            let file = BufWriter::new(File::create(judge.capture(view)).unwrap());
            let mut writer = Writer::new(file, LinkType::Ethernet, Resolution::Microseconds).unwrap();
            for (number, sample) in samples.clone().enumerate() {
                writer.frame(Duration::from_secs(number as u64), &view.of(&sample.bytes)).unwrap();
            }
            writer.finish().unwrap();
        }
        judge
    }

    fn capture(&self, view: View) -> PathBuf {
        self.directory.join(format!("{view:?}.pcap"))
    }

    /// The numbers of the frames that libpcap takes; why, where it refuses the expression.
    pub(crate) fn decide(&self, expression: &str) -> Result<BTreeSet<usize>, String> {
        let mut tcpdump = Command::new("tcpdump");
        tcpdump
            .arg("-r")
            .arg(self.capture(View::for_expression(expression)))
            .args(["-w", "-", "--", expression]);
        let output = tcpdump.output().unwrap_or_else(|error| match error.kind() {
            ErrorKind::NotFound => {
                panic!("This test needs tcpdump: `make test` installs it, as does `apt-get install tcpdump`.")
            }
            _ => panic!("tcpdump does not start: {error}"),
        });
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }

        let mut numbers = BTreeSet::new();
        let mut rest = &output.stdout[FILE_HEADER..];
        while !rest.is_empty() {
            let word = |at: usize| u32::from_le_bytes(rest[at..at + 4].try_into().unwrap()) as usize;
            numbers.insert(word(0));
            rest = &rest[FRAME_HEADER + word(8)..];
        }
        Ok(numbers)
    }
}
