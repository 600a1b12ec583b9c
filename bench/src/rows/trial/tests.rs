use super::*;

/// Two seconds at 100,000 packets a second, of which `arrived` have arrived.
fn trial(lost: u64, arrived: u64) -> Trial {
    Trial {
        rate: 100_000.0,
        offered: Offered { packets: 200_000, time: Duration::from_secs(2), cpu: Duration::ZERO },
        accounts: Accounts { seen: 200_000, lost, delivered: 200_000 - lost, ..Accounts::default() },
        arrived,
        arriving: 100_000.0,
        reader: Duration::from_millis(100),
        client: Duration::from_millis(20),
    }
}

#[test]
fn a_rate_is_carried_without_loss_and_without_a_growing_queue() {
    assert!(trial(0, 190_000).is_carried());
    assert!(!trial(1, 199_999).is_carried());
    // 300 ms worth of packets still on their way.
    assert!(!trial(0, 170_000).is_carried());
}

#[test]
fn processor_time_is_by_row() {
    assert_eq!(trial(0, 200_000).reader_per_row(), 500.0);
    assert_eq!(trial(100_000, 100_000).client_per_row(), 200.0);
}

#[test]
fn a_sender_that_falls_behind_is_at_its_limit() {
    assert!(!trial(0, 200_000).is_senders_limit());
    assert!(Trial { rate: 110_000.0, ..trial(0, 200_000) }.is_senders_limit());
}

#[test]
fn a_little_loss_may_be_an_accident() {
    assert!(!trial(10_000, 190_000).is_hopeless());
    assert!(trial(10_001, 189_999).is_hopeless());
}

#[test]
fn accounts_are_compared_with_what_was_sent_and_what_came() {
    let accounts = Accounts { seen: 10, unmatched: 1, thinned: 2, lost: 3, delivered: 4 };
    assert!(accounts.check(10, 4).is_ok());
    assert!(accounts.check(11, 4).is_err(), "one was not seen");
    assert!(accounts.check(10, 3).is_err(), "one did not come");
    assert!(Accounts { lost: 2, ..accounts }.check(10, 4).is_err(), "one is in no account");
}
