//! Median and range of few samples.

use serde::Serialize;

/// What samples come to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// The middle one; the mean of both where there are two.
    pub median: f64,
    /// The smallest.
    pub least: f64,
    /// The largest.
    pub most: f64,
}

impl Summary {
    /// Of at least one sample; of none, not a number.
    #[must_use]
    pub fn of(samples: &[f64]) -> Self {
        let mut sorted = samples.to_vec();
        sorted.sort_by(f64::total_cmp);
        let at = |index: usize| sorted.get(index).copied().unwrap_or(f64::NAN);
        let last = sorted.len().saturating_sub(1);
        Self { median: f64::midpoint(at(last / 2), at(last.div_ceil(2))), least: at(0), most: at(last) }
    }
}

/// The middle one of samples; not a number where there are none.
#[must_use]
pub fn median(samples: &[f64]) -> f64 {
    Summary::of(samples).median
}

/// The smallest of samples; not a number where there are none.
#[must_use]
pub fn least(samples: &[f64]) -> f64 {
    Summary::of(samples).least
}

/// Two things compared round by round: what slows a machine down for a while slows both down.
#[must_use]
pub fn by_round(one: &[f64], other: &[f64], compare: impl Fn(f64, f64) -> f64) -> Vec<f64> {
    one.iter().zip(other).map(|(one, other)| compare(*one, *other)).collect()
}

#[cfg(test)]
mod tests;
