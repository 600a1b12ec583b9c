//! How many rows a second each host may send, so that a panel's limit is kept by all together. Pure.

/// Rows a second that a host is given beyond one and a half times what it had.
const ROOM: u64 = 10;

/// The shares of `limit` rows a second, by what each host had to send in the last second. Their sum is the limit, or one
/// for each host where these are more: what is quiet gets what it needs and something to begin with, and the others get
/// equal parts of the rest.
#[must_use]
pub fn shares(limit: u32, demands: &[u64]) -> Vec<u32> {
    let hosts = demands.len() as u64;
    if hosts == 0 {
        return Vec::new();
    }
    let limit = u64::from(limit);
    // A twentieth is held for hosts that begin: each may always send that much.
    let floor = (limit / 20 / hosts).max(1);
    let mut rest = limit.saturating_sub(floor * hosts);
    // A host that has some rows a second has more in one and fewer in another.
    let with_room = |demand: &u64| demand.saturating_add(demand / 2 + ROOM).saturating_sub(floor);
    let mut wanting: Vec<(usize, u64)> = demands.iter().map(with_room).enumerate().collect();
    wanting.sort_by_key(|(_, demand)| *demand);
    let mut shares = vec![floor; demands.len()];
    let mut left = hosts;
    for (place, demand) in wanting {
        let part = demand.min(rest / left);
        if let Some(share) = shares.get_mut(place) {
            *share += part;
        }
        rest -= part;
        left -= 1;
    }
    // What nobody needs now is there for whoever needs it next.
    let spare = rest / hosts;
    shares.into_iter().map(|share| u32::try_from(share + spare).unwrap_or(u32::MAX)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quiet_hosts_lose_nothing_while_busy_ones_share() {
        assert_eq!(shares(1000, &[0, 10, 100_000, 100_000]), [12, 25, 481, 482]);
        assert_eq!(shares(1000, &[0, 0]), [500, 500]);
        assert_eq!(shares(100, &[5]), [100]);
        assert_eq!(shares(2, &[9, 9, 9]), [1, 1, 1], "one each");
        assert!(shares(5, &[]).is_empty());
    }

    proptest! {
        #[test]
        fn the_sum_is_kept(limit in 1u32..100_000, demands in proptest::collection::vec(0u64..1_000_000, 1..200)) {
            let all = shares(limit, &demands);
            let sum: u64 = all.iter().map(|share| u64::from(*share)).sum();
            prop_assert!(sum <= u64::from(limit).max(demands.len() as u64));
            prop_assert!(all.iter().all(|share| *share >= 1));
        }
    }
}
