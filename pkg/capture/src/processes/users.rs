//! Names of users (passwd(5)).

use std::{
    collections::HashMap,
    fs,
    sync::Arc,
    time::{Duration, Instant},
};

const FILE: &str = "/etc/passwd";
/// How long what the file says is taken for true.
const FRESH: Duration = Duration::from_secs(60);

/// Names by number.
#[derive(Default)]
pub struct Users {
    read: Option<Instant>,
    names: HashMap<u32, Arc<str>>,
}

impl Users {
    /// A user's name, or the number where there is none.
    pub fn name(&mut self, number: u32) -> Arc<str> {
        if self.read.is_none_or(|read| read.elapsed() >= FRESH) {
            self.read = Some(Instant::now());
            // Without the file, or the right to it, users go by their numbers.
            self.names = parse(&fs::read_to_string(FILE).unwrap_or_default());
        }
        self.names.get(&number).cloned().unwrap_or_else(|| number.to_string().into())
    }
}

fn parse(text: &str) -> HashMap<u32, Arc<str>> {
    let mut names = HashMap::new();
    for line in text.lines() {
        let mut fields = line.split(':');
        let (name, number) = (fields.next(), fields.nth(1).and_then(|number| number.parse().ok()));
        if let (Some(name), Some(number)) = (name, number) {
            // Of several names for one user, the first counts, as for getpwuid(3).
            names.entry(number).or_insert_with(|| Arc::from(name));
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_name_of_a_number_counts() {
        let names =
            parse("root:x:0:0:root:/root:/bin/sh\ntoor:x:0:0::/root:/bin/sh\nbroken\nwww:x:33:33:::\n");
        assert_eq!(names.get(&0).map(|name| &**name), Some("root"));
        assert_eq!(names.get(&33).map(|name| &**name), Some("www"));
        assert_eq!(names.len(), 2);
    }
}
