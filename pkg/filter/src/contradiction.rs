//! Filters that no packet can match, and why.

mod literal;
mod reason;
mod shapes;

use thiserror::Error;

use crate::{
    environment::Environment,
    filter::Filter,
    term::{
        Term, TooComplex,
        cover::{Cover, Effort},
        normal,
    },
    tree::Tree,
};
use literal::Literal;
use shapes::Shapes;

/// Combinations of alternatives at most that reasons are looked for in.
const MAX_COMBINATIONS: usize = 64;

/// Characters of a condition's text at most; a list can be long.
const MAX_CONDITION: usize = 80;

/// Why no packet can match a filter: a clause without a capital and a full stop.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("no packet can match{}", self.explanation())]
pub struct Contradiction {
    /// The conditions that no packet meets together, in canonical text, long ones shortened; no fewer of them would do.
    /// Empty if it takes too much work to find them.
    pub conditions: Vec<String>,
    /// What is true of every packet and keeps it from meeting them: clauses without a capital.
    pub reasons: Vec<String>,
}

impl Contradiction {
    /// The same as a whole sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        format!("No packet can match{}.", self.explanation())
    }

    /// What follows "no packet can match".
    fn explanation(&self) -> String {
        let quoted: Vec<String> = self.conditions.iter().map(|text| format!("\"{text}\"")).collect();
        let what = match quoted.as_slice() {
            [] => return String::new(),
            [one] => format!("{one} is never true"),
            [first, second] => format!("{first} and {second} contradict each other"),
            [others @ .., last] => format!("{} and {last} contradict each other", others.join(", ")),
        };
        let why = if self.reasons.is_empty() {
            String::new()
        } else {
            format!(", because {}", self.reasons.join(", and "))
        };
        format!(": {what}{why}")
    }
}

impl Filter {
    /// Why no packet can match it; `None` if one can, or if it takes too much work to find out.
    ///
    /// It does not depend on the interface: any address can be a broadcast address there.
    #[must_use]
    pub fn contradiction(&self) -> Option<Contradiction> {
        let conditions = literal::tree(self.expression(), true);
        let mut search = Search { shapes: Shapes::new(), effort: Effort::new() };
        let cover = search.cover(&conditions).ok()?;
        if search.is_possible(&cover) {
            return None;
        }
        let unknown = Contradiction { conditions: Vec::new(), reasons: Vec::new() };
        Some(search.narrowed(&conditions).unwrap_or(unknown))
    }
}

struct Search {
    shapes: Shapes,
    effort: Effort,
}

impl Search {
    fn cover(&mut self, conditions: &Tree<Literal<'_>>) -> Result<Cover, TooComplex> {
        let formula = conditions.replace(&Literal::formula);
        normal::cover(&formula, &Environment::default(), &mut self.effort)
    }

    fn is_possible(&self, cover: &Cover) -> bool {
        cover.terms().iter().any(|term| self.shapes.fit(term))
    }

    /// The fewest conditions in `tree`, which no packet meets, that no packet meets.
    fn narrowed(&mut self, tree: &Tree<Literal<'_>>) -> Result<Contradiction, TooComplex> {
        match tree {
            Tree::All(list) => match self.fewest(list)?.as_slice() {
                [one] => self.narrowed(one),
                several => self.contradiction(several),
            },
            // Each alternative is impossible. The first is told about.
            Tree::Any(list) => match list.first() {
                Some(first) => self.narrowed(first),
                None => Ok(Contradiction { conditions: Vec::new(), reasons: Vec::new() }),
            },
            Tree::Not(_) | Tree::Leaf(_) => self.contradiction(&[tree]),
        }
    }

    /// Those of `list`, in its order, that are impossible together, while fewer of them are possible.
    fn fewest<'t, 'e>(
        &mut self,
        list: &'t [Tree<Literal<'e>>],
    ) -> Result<Vec<&'t Tree<Literal<'e>>>, TooComplex> {
        let covers = list.iter().map(|tree| self.cover(tree)).collect::<Result<Vec<_>, _>>()?;
        let (mut chosen, mut together, mut left) = (Vec::new(), Cover::all(), covers.len());
        // The one with which it becomes impossible is needed; what comes behind it is not.
        while self.is_possible(&together) {
            let mut so_far = together.clone();
            let mut needed = None;
            for (place, cover) in covers.iter().enumerate().take(left) {
                so_far = so_far.intersection(cover, &mut self.effort)?;
                if !self.is_possible(&so_far) {
                    needed = Some((place, cover));
                    break;
                }
            }
            let Some((place, cover)) = needed else { break };
            together = together.intersection(cover, &mut self.effort)?;
            chosen.push(place);
            left = place;
        }
        chosen.sort_unstable();
        Ok(chosen.into_iter().filter_map(|place| list.get(place)).collect())
    }

    fn contradiction(&mut self, list: &[&Tree<Literal<'_>>]) -> Result<Contradiction, TooComplex> {
        let covers = list.iter().map(|tree| self.cover(tree)).collect::<Result<Vec<_>, _>>()?;
        let mut combinations = vec![Term::ALL];
        for cover in &covers {
            let with = |term: &Term| -> Vec<Term> {
                cover.terms().iter().map(|other| term.intersection(other)).collect()
            };
            combinations = combinations.iter().flat_map(with).take(MAX_COMBINATIONS).collect();
        }
        let mut reasons = Vec::new();
        for term in &combinations {
            let fields = self.shapes.why_not(term);
            let headers = list.iter().flat_map(|tree| tree.leaves()).filter_map(|literal| literal.header());
            let reason = reason::of(term, &fields, headers);
            if !reason.is_empty() && !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        Ok(Contradiction {
            conditions: list.iter().map(|tree| shortened(&tree.to_string())).collect(),
            reasons,
        })
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(MAX_CONDITION) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
