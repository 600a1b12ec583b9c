//! Where programs find the configuration of an interface; see [`InForce`].

use xdplive_packet::accounting::{InForce, PLACES, PROBES};

/// What the places hold.
#[derive(Debug)]
pub struct Places(Vec<u64>);

impl Default for Places {
    fn default() -> Self {
        Self(vec![0; PLACES])
    }
}

impl Places {
    /// Finds the place for an interface and notes what it goes by from now on. Returns the place and what is to be
    /// written there; `None` where other interfaces have all places that programs would look at.
    pub fn put(&mut self, index: u32, configuration: u32) -> Option<(usize, u64)> {
        let place = self.find(index, index).or_else(|| self.find(index, 0))?;
        let value = InForce::place(index, configuration);
        *self.0.get_mut(place)? = value;
        Some((place, value))
    }

    /// Empties the place of an interface, where it has one. Returns that place.
    pub fn remove(&mut self, index: u32) -> Option<usize> {
        let place = self.find(index, index)?;
        *self.0.get_mut(place)? = 0;
        Some(place)
    }

    /// The first place of those for `index` that belongs to `owner`, which is 0 for nobody.
    fn find(&self, index: u32, owner: u32) -> Option<usize> {
        let belongs = |place: &usize| self.0.get(*place).is_some_and(|held| held >> 32 == u64::from(owner));
        (0..PROBES).map(|probe| InForce::probe(index, probe)).find(belongs)
    }
}

#[cfg(test)]
mod tests {
    use bytemuck::Zeroable as _;
    use proptest::prelude::*;

    use super::*;

    /// What programs would find.
    fn found(places: &Places, index: u32) -> Option<u32> {
        let mut in_force = Box::new(InForce::zeroed());
        in_force.places.copy_from_slice(&places.0);
        in_force.configuration(index)
    }

    #[test]
    fn neighbours_in_the_same_place_are_told_apart() {
        let mut places = Places::default();
        let indexes: Vec<u32> = (0..PROBES as u32).map(|step| 7 + step * PLACES as u32).collect();
        for (index, configuration) in indexes.iter().zip(100..) {
            let (place, value) = places.put(*index, configuration).unwrap();
            assert_eq!(value, u64::from(*index) << 32 | u64::from(configuration));
            assert!((7..7 + PROBES).contains(&place));
        }
        assert_eq!(places.put(7 + 99 * PLACES as u32, 5), None, "all its places are taken");
        for (index, configuration) in indexes.iter().zip(100..) {
            assert_eq!(found(&places, *index), Some(configuration));
        }
        // One goes: the others are found all the same, and a new one takes its place.
        places.remove(indexes[3]).unwrap();
        assert_eq!(found(&places, indexes[3]), None);
        assert_eq!(found(&places, indexes[7]), Some(107));
        assert!(places.put(7 + 99 * PLACES as u32, 5).is_some());
        assert_eq!(found(&places, 7 + 99 * PLACES as u32), Some(5));
    }

    #[test]
    fn nobody_is_found_at_an_empty_place() {
        assert_eq!(found(&Places::default(), 1), None);
        assert_eq!(Places::default().remove(1), None);
    }

    proptest! {
        /// Interfaces come, change and go, as in a model that is a map.
        #[test]
        fn programs_find_what_was_put(
            steps in prop::collection::vec((1_u32..60, 0_u32..4, any::<u32>()), 0..200),
        ) {
            let mut places = Places::default();
            let mut model = std::collections::BTreeMap::new();
            for (small, wrap, configuration) in steps {
                let index = small + wrap * PLACES as u32;
                if configuration % 3 == 0 {
                    places.remove(index);
                    model.remove(&index);
                } else if places.put(index, configuration).is_some() {
                    model.insert(index, configuration);
                }
            }
            for index in (1_u32..60).flat_map(|small| (0..4).map(move |wrap| small + wrap * PLACES as u32)) {
                prop_assert_eq!(found(&places, index), model.get(&index).copied());
            }
        }
    }
}
