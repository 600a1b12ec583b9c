//! The highest rate that is carried: first by steps until one is and one is not, then by halves.

/// How close the rates have to come that are carried and are not.
const PRECISION: f64 = 1.06;
/// Rates that are tried at most.
const TRIALS: usize = 12;

/// A search in progress.
#[derive(Clone, Debug)]
pub struct Search {
    guess: f64,
    step: f64,
    carried: Option<f64>,
    too_much: Option<f64>,
    trials: usize,
    at_limit: bool,
}

impl Search {
    /// Begins at `guess`, and goes on by the factor `step` until it is known on which side the answer lies.
    #[must_use]
    pub const fn new(guess: f64, step: f64) -> Self {
        Self { guess, step, carried: None, too_much: None, trials: 0, at_limit: false }
    }

    /// The next rate to try; none when the answer is known.
    #[must_use]
    pub fn next(&self) -> Option<f64> {
        if self.at_limit || self.trials >= TRIALS {
            return None;
        }
        match (self.carried, self.too_much) {
            (None, None) => Some(self.guess),
            (Some(carried), None) => Some(carried * self.step),
            (None, Some(too_much)) => Some(too_much / self.step),
            (Some(carried), Some(too_much)) if too_much / carried <= PRECISION => None,
            // Half-way as a factor.
            (Some(carried), Some(too_much)) => Some((carried * too_much).sqrt()),
        }
    }

    /// Takes the outcome of a trial at `rate`.
    pub fn tell(&mut self, rate: f64, is_carried: bool) {
        self.trials += 1;
        *(if is_carried { &mut self.carried } else { &mut self.too_much }) = Some(rate);
    }

    /// There is no use in higher rates: the sender cannot send more.
    pub const fn stop(&mut self) {
        self.at_limit = true;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(limit: f64, guess: f64, step: f64) -> (f64, usize) {
        let (mut search, mut best, mut trials) = (Search::new(guess, step), 0.0, 0);
        while let Some(rate) = search.next() {
            search.tell(rate, rate <= limit);
            if rate <= limit {
                best = rate;
            }
            trials += 1;
        }
        (best, trials)
    }

    #[test]
    fn the_limit_is_found_from_below_and_from_above() {
        for guess in [200e3, 700e3, 3e6] {
            let (rate, trials) = found(800e3, guess, 1.5);
            assert!(rate <= 800e3 && rate > 800e3 / PRECISION, "from {guess}: {rate}");
            assert!(trials <= 9, "from {guess}: {trials}");
        }
    }

    #[test]
    fn a_good_guess_saves_trials() {
        assert!(found(800e3, 790e3, 1.12).1 <= 3);
    }

    #[test]
    fn it_ends_where_nothing_is_ever_carried_or_everything() {
        assert_eq!(found(0.0, 1e6, 1.5), (0.0, TRIALS));
        assert_eq!(found(f64::INFINITY, 1e6, 1.5).1, TRIALS);
        let mut search = Search::new(1e6, 1.5);
        search.tell(1e6, true);
        search.stop();
        assert_eq!(search.next(), None);
    }
}
