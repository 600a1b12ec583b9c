//! What somebody may have meant who wrote the name of no setting.

/// Characters of a name that a message shows at most; a longer one is no misspelling of ours.
pub const SHOWN: usize = 40;

/// The setting that somebody may have meant: one that differs in a few letters, or of whose name a part was written,
/// whatever the case. `max_limit` is what `maxLimit` is called in `grafana.ini`.
pub fn nearest(key: &str, settings: &[&'static str]) -> Option<&'static str> {
    /// Fewer letters are a part of too much.
    const PART: usize = 4;
    let given = letters(key);
    if given.is_empty() || given.len() > SHOWN {
        return None;
    }
    let how_near = |ours: &str| {
        let ours = letters(ours);
        let away = distance(&given, &ours);
        let is_part = given.len() >= PART && ours.windows(given.len()).any(|part| part == given);
        let is_whole = given.windows(ours.len()).any(|part| part == ours);
        (is_part || is_whole || 5 * away <= 2 * given.len().max(ours.len())).then_some(away)
    };
    settings.iter().filter_map(|ours| Some((how_near(ours)?, *ours))).min().map(|(_, ours)| ours)
}

fn letters(text: &str) -> Vec<char> {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// How many letters have to be put in, taken out or changed to make one of the other (Levenshtein's distance).
fn distance(one: &[char], other: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (number, letter) in (1..).zip(one) {
        let mut before = number - 1;
        let mut left = number;
        if let Some(first) = row.first_mut() {
            *first = number;
        }
        for (above, theirs) in row.iter_mut().skip(1).zip(other) {
            let changed = before + usize::from(letter != theirs);
            before = *above;
            left = changed.min(left + 1).min(*above + 1);
            *above = left;
        }
    }
    row.last().copied().unwrap_or_default()
}
