use std::{net::UdpSocket, time::Duration};

use super::{
    asker::PACE,
    found::{GOOD, NO_NAME},
    *,
};

/// A server that answers as `answer` says; returns its socket's address. It ends with the test's process.
fn server(answer: impl Fn(&[u8]) -> Option<Vec<u8>> + Send + 'static) -> (SocketAddr, Arc<Mutex<u32>>) {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let address = socket.local_addr().unwrap();
    let asked = Arc::new(Mutex::new(0));
    let count = Arc::clone(&asked);
    std::thread::spawn(move || {
        let mut bytes = [0; 512];
        while let Ok((length, from)) = socket.recv_from(&mut bytes) {
            *count.lock().unwrap() += 1;
            if let Some(answer) = answer(&bytes[..length]) {
                let _ = socket.send_to(&answer, from);
            }
        }
    });
    (address, asked)
}

/// The answer "a.example" to a question.
fn named(question: &[u8]) -> Vec<u8> {
    let mut answer = question.to_vec();
    answer[2..8].copy_from_slice(&[0x81, 0x80, 0, 1, 0, 1]);
    answer.extend(b"\xc0\x0c\0\x0c\0\x01\0\0\0\x3c\0\x0b\x01a\x07example\0");
    answer
}

async fn eventually(condition: impl Fn() -> bool) {
    for _ in 0..2000 {
        if condition() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it never comes");
}

#[tokio::test]
async fn an_address_is_asked_for_once() {
    let (address, asked) = server(|question| Some(named(question)));
    let lookups = Lookups::of(vec![address]).unwrap();
    let host = IpAddr::from([192, 0, 2, 1]);
    assert_eq!(lookups.name(&host, Instant::now()), None, "nobody waits");
    for _ in 0..100 {
        let _ = lookups.name(&host, Instant::now());
    }
    eventually(|| lookups.name(&host, Instant::now()).is_some()).await;
    assert_eq!(lookups.name(&host, Instant::now()).as_deref(), Some("a.example"));
    // Addresses that nobody else can know of are not asked for.
    for address in ["127.0.0.1", "169.254.1.1", "fe80::1", "224.0.0.1", "0.0.0.0", "255.255.255.255"] {
        assert_eq!(lookups.name(&address.parse().unwrap(), Instant::now()), None);
    }
    tokio::time::sleep(3 * PACE).await;
    assert_eq!(*asked.lock().unwrap(), 1);
    assert_eq!(lookups.counts(), LookupCounts { named: 1, ..LookupCounts::default() });
    // Its time is at least ten minutes, and then it is asked for again.
    assert!(lookups.name(&host, Instant::now() + GOOD.0 - Duration::from_secs(10)).is_some());
    assert!(lookups.name(&host, Instant::now() + GOOD.0).is_none());
    eventually(|| *asked.lock().unwrap() == 2).await;
}

#[tokio::test]
async fn that_there_is_no_name_is_remembered() {
    let (address, asked) = server(|question| {
        let mut answer = question.to_vec();
        answer[2..4].copy_from_slice(&[0x81, 0x83]);
        Some(answer)
    });
    let lookups = Lookups::of(vec![address]).unwrap();
    let host = IpAddr::from([192, 0, 2, 1]);
    let _ = lookups.name(&host, Instant::now());
    eventually(|| lookups.counts().without == 1).await;
    for _ in 0..10 {
        assert_eq!(lookups.name(&host, Instant::now() + NO_NAME - Duration::from_secs(10)), None);
    }
    tokio::time::sleep(3 * PACE).await;
    assert_eq!(*asked.lock().unwrap(), 1);
}

#[tokio::test]
async fn where_one_server_is_silent_the_next_is_asked() {
    let (silent, heard) = server(|_| None);
    // Its answers are to other questions.
    let (address, _) = server(|question| {
        let mut answer = named(question);
        answer[14] ^= 1;
        Some(answer)
    });
    let (right, _) = server(|question| Some(named(question)));
    let lookups = Lookups::of(vec![silent, address, right]).unwrap();
    assert_eq!(lookups.ports().len(), 3);
    let host = IpAddr::from([192, 0, 2, 10]);
    let _ = lookups.name(&host, Instant::now());
    eventually(|| lookups.name(&host, Instant::now()).is_some()).await;
    assert_eq!(*heard.lock().unwrap(), 1);
    assert_eq!(lookups.counts(), LookupCounts { named: 1, refused: 1, ..LookupCounts::default() });
    // Where none knows, that is remembered, too.
    let lookups = Lookups::of(vec![silent]).unwrap();
    let _ = lookups.name(&host, Instant::now());
    eventually(|| lookups.counts().failed == 1).await;
    assert_eq!(lookups.counts().failed_in_a_row, 1);
    assert_eq!(lookups.name(&host, Instant::now()), None);
    tokio::time::sleep(3 * PACE).await;
    assert_eq!(*heard.lock().unwrap(), 2);
}

#[tokio::test]
async fn questions_keep_to_their_pace_and_what_is_too_much_is_left_out() {
    let (address, asked) = server(|question| Some(named(question)));
    let lookups = Lookups::of(vec![address]).unwrap();
    let many = (0..2000_u32).map(|number| IpAddr::from((0xc612_0000 | number).to_be_bytes()));
    for host in many {
        let _ = lookups.name(&host, Instant::now());
    }
    tokio::time::sleep(Duration::from_millis(1050)).await;
    let asked = *asked.lock().unwrap();
    assert!((5..=12).contains(&asked), "{asked} in a second");
    assert_eq!(lookups.counts().left_out, 2000 - MOST_WAITING as u64);
}
