//! A running `xdplive watch`, seen from outside.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader, Read},
    process::{Command, ExitStatus, Stdio},
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
    time::Duration,
};

use serde_json::Value;

use crate::{eventually, leash::Leash, namespace::Namespace, plugin, process, xdplive};

/// How long anything may take that should happen soon.
const SOON: Duration = Duration::from_secs(20);
/// How long each hook may take beyond that: the kernel attaches one after the other.
const FOR_A_HOOK: Duration = Duration::from_millis(40);

/// A running watch; dropping it kills it.
pub struct Watch {
    /// What it started ends with it.
    child: Leash,
    out: Lines,
    err: Lines,
}

/// What a watch left behind.
pub struct Outcome {
    /// Rows, as JSON objects.
    pub rows: Vec<Value>,
    /// Lines of standard error.
    pub errors: Vec<String>,
    /// How it ended.
    pub status: ExitStatus,
}

impl Watch {
    /// Starts it in a namespace, with JSON rows.
    #[must_use]
    pub fn start(namespace: &Namespace, options: &[&str]) -> Self {
        let (xdplive, plugin) = (xdplive(), plugin());
        let mut command = namespace.command(&[&xdplive.display().to_string(), "watch", "--json"]);
        command.arg("--plugin").arg(plugin).args(options);
        Self::spawn(&mut command)
    }

    /// Starts it like [`Self::start`], from a shell that does `before` first, such as lower a limit.
    #[must_use]
    pub fn start_after(before: &str, namespace: &Namespace, options: &[&str]) -> Self {
        let line = format!("{before} && exec \"$0\" \"$@\"");
        let mut command = namespace.command(&["sh", "-c", &line]);
        command.arg(xdplive()).args(["watch", "--json", "--plugin"]).arg(plugin()).args(options);
        Self::spawn(&mut command)
    }

    /// Starts it as a prepared command.
    ///
    /// # Panics
    /// Where it does not start.
    pub fn spawn(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("starting watch");
        let out = Lines::of(child.stdout.take().expect("standard output"));
        let err = Lines::of(child.stderr.take().expect("standard error"));
        Self { child: Leash(child), out, err }
    }

    /// Starts it and waits until `hooks` are attached.
    #[must_use]
    pub fn attached(namespace: &Namespace, hooks: usize, options: &[&str]) -> Self {
        let watch = Self::start(namespace, options);
        watch.wait_for_attachments(hooks);
        watch
    }

    /// Waits until so many lines have told of an attachment.
    ///
    /// # Panics
    /// Where that does not happen soon.
    pub fn wait_for_attachments(&self, hooks: usize) {
        let told = || self.count_errors(|line| line.starts_with("attached "));
        let patience = SOON + FOR_A_HOOK * u32::try_from(hooks).expect("few hooks");
        assert!(
            eventually(patience, || told() >= hooks),
            "attached {} of {hooks}: {:#?}",
            told(),
            self.err.all()
        );
    }

    /// Waits until a line of standard error has come so often.
    ///
    /// # Panics
    /// Where that does not happen soon.
    pub fn wait_for_line(&self, line: &str, times: usize) {
        let told = || self.count_errors(|one| one == line);
        assert!(
            eventually(SOON, || told() >= times),
            "{line:?} came {} times of {times}: {:#?}",
            told(),
            self.err.all()
        );
    }

    /// How many lines of standard error so far are such.
    #[must_use]
    pub fn count_errors(&self, is_such: impl Fn(&str) -> bool) -> usize {
        self.err.lines.lock().expect("the lines").iter().filter(|line| is_such(line)).count()
    }

    /// Waits until so many rows have come.
    ///
    /// # Panics
    /// Where they do not come soon.
    pub fn wait_for_rows(&self, rows: usize) {
        assert!(
            eventually(SOON, || self.rows() >= rows),
            "{} of {rows} rows: {:#?}",
            self.rows(),
            self.err.all()
        );
    }

    /// Rows so far.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.out.lines.lock().expect("the lines").len()
    }

    /// The last rows so far, as they were printed.
    ///
    /// # Panics
    /// Where who reads them has failed.
    #[must_use]
    pub fn last_lines(&self, count: usize) -> Vec<String> {
        let lines = self.out.lines.lock().expect("the lines");
        lines.iter().skip(lines.len().saturating_sub(count)).cloned().collect()
    }

    /// Lines of standard error so far.
    #[must_use]
    pub fn errors(&self) -> Vec<String> {
        self.err.all()
    }

    /// Its own process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.0.id()
    }

    /// Process ids: of watch itself, of the plugin, of the loader.
    ///
    /// # Panics
    /// Where there are not exactly these.
    #[must_use]
    pub fn processes(&self) -> [u32; 3] {
        let watch = self.id();
        let [plugin] = process::children(watch)[..] else { panic!("watch has not one child") };
        let [loader] = process::children(plugin)[..] else { panic!("the plugin has not one child") };
        [watch, plugin, loader]
    }

    /// Presses Ctrl-C, and waits for the end.
    #[must_use]
    pub fn stop(self) -> Outcome {
        process::interrupt(self.child.0.id());
        self.finish()
    }

    /// Waits for the end.
    ///
    /// # Panics
    /// Where it does not come soon.
    #[must_use]
    pub fn finish(mut self) -> Outcome {
        let mut status = None;
        let ended = eventually(SOON, || {
            status = self.child.0.try_wait().expect("waiting for watch");
            status.is_some()
        });
        assert!(ended, "watch does not end: {:#?}", self.err.all());
        let rows = self
            .out
            .end()
            .iter()
            .map(|line| serde_json::from_str(line).expect("a JSON object a line"))
            .collect();
        Outcome { rows, errors: self.err.end(), status: status.expect("it has ended") }
    }
}

impl Outcome {
    /// The accounts of a stream: `seen`, `unmatched`, `thinned`, `lost`, `delivered`.
    ///
    /// # Panics
    /// Where they were not printed, or do not add up.
    #[must_use]
    pub fn accounts(&self, stream: usize) -> BTreeMap<String, u64> {
        let begin = format!("stream={stream} ");
        let line = self.errors.iter().find_map(|line| line.strip_prefix(&begin));
        let line = line.unwrap_or_else(|| panic!("no accounts of stream {stream}: {:#?}", self.errors));
        let pairs = line.split(' ').map(|pair| pair.split_once('=').expect("name=number"));
        let accounts: BTreeMap<String, u64> =
            pairs.map(|(name, number)| (name.to_owned(), number.parse().expect("a number"))).collect();
        let sum: u64 = ["unmatched", "thinned", "lost", "delivered"].iter().map(|name| accounts[*name]).sum();
        assert_eq!(accounts["seen"], sum, "{accounts:?}");
        accounts
    }

    /// Asserts that it did what it was asked.
    ///
    /// # Panics
    /// Where it did not.
    pub fn assert_well(&self) {
        assert_eq!(self.status.code(), Some(0), "{:#?}", self.errors);
    }

    /// Asserts that it failed with a status, and said something.
    ///
    /// # Panics
    /// Where it did not.
    pub fn assert_failed(&self, status: i32, words: &[&str]) {
        assert_eq!(self.status.code(), Some(status), "{:#?}", self.errors);
        let said = self.errors.join("\n");
        for word in words {
            assert!(said.contains(word), "{word:?} is not in {said:?}");
        }
    }
}

/// The lines of a pipe, read as they come.
struct Lines {
    lines: Arc<Mutex<Vec<String>>>,
    reader: JoinHandle<()>,
}

impl Lines {
    fn of(pipe: impl Read + Send + 'static) -> Self {
        let lines = Arc::new(Mutex::new(Vec::new()));
        let reader = thread::spawn({
            let lines = Arc::clone(&lines);
            move || {
                for line in BufReader::new(pipe).lines().map_while(Result::ok) {
                    lines.lock().expect("the lines").push(line);
                }
            }
        });
        Self { lines, reader }
    }

    fn all(&self) -> Vec<String> {
        self.lines.lock().expect("the lines").clone()
    }

    fn end(self) -> Vec<String> {
        self.reader.join().expect("the reader");
        self.lines.lock().expect("the lines").clone()
    }
}
