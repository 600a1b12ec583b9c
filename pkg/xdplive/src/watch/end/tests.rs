use tokio::time::{advance, timeout};

use super::*;

fn says(event: Event, message: String) -> Line {
    Line { level: "info".to_owned(), message, event: Some(event) }
}

fn attach(end: &End, interface: &str) {
    for direction in ["in", "out"] {
        end.hear(&says(Event::Attached, event::attached(interface, direction, "tcx")));
    }
}

fn detaching(end: &End, left: u32) {
    end.hear(&says(Event::Detaching, event::detaching(left, 600)));
}

/// Milliseconds from now on until the plugin is overdue; time passes by itself.
async fn patience(end: &End) -> u128 {
    let begin = Instant::now();
    end.overdue().await;
    begin.elapsed().as_millis()
}

#[tokio::test(start_paused = true)]
async fn each_attachment_takes_its_time() {
    let end = End::new();
    assert!(end.begin());
    assert_eq!(patience(&end).await, 2000);

    let end = End::new();
    (0..63).for_each(|number| attach(&end, &format!("veth{number}")));
    assert!(end.begin());
    assert_eq!(patience(&end).await, 2000 + 126 * 20);
}

#[tokio::test(start_paused = true)]
async fn what_is_heard_late_counts() {
    let end = End::new();
    end.begin();
    advance(Duration::from_millis(500)).await;
    attach(&end, "a");
    assert_eq!(patience(&end).await, 1540);
}

#[tokio::test(start_paused = true)]
async fn what_is_gone_takes_none() {
    let end = End::new();
    ["a", "b", "ab"].iter().for_each(|name| attach(&end, name));
    end.hear(&says(Event::Gone, event::gone("a")));
    end.hear(&says(Event::Detached, event::detached("ab", "in", "tcx: why")));
    // Again, after another hook.
    attach(&end, "b");
    end.begin();
    assert_eq!(patience(&end).await, 2000 + 3 * 20);
}

#[tokio::test(start_paused = true)]
async fn it_does_not_begin_by_itself_and_only_once() {
    let end = End::new();
    attach(&end, "a");
    assert!(timeout(Duration::from_secs(3600), end.overdue()).await.is_err());
    assert!(!end.has_begun());
    assert!(end.begin());
    advance(Duration::from_millis(1000)).await;
    assert!(!end.begin() && end.has_begun());
    assert_eq!(patience(&end).await, 1040);
    assert_eq!(end.overdue().await, Duration::from_millis(2040));
}

#[tokio::test(start_paused = true)]
async fn progress_earns_time() {
    let end = End::new();
    end.begin();
    advance(Duration::from_millis(1500)).await;
    detaching(&end, 600);
    assert_eq!(timeout(Duration::from_secs(13), end.overdue()).await.ok(), None);
    detaching(&end, 10);
    // 1 s is left of the 14 s, which is less.
    assert_eq!(patience(&end).await, 2200);
}

#[tokio::test(start_paused = true)]
async fn a_plugin_that_makes_no_progress_is_overdue() {
    let end = End::new();
    end.begin();
    detaching(&end, 10);
    advance(Duration::from_millis(1000)).await;
    detaching(&end, 10);
    detaching(&end, 4_000_000);
    assert_eq!(patience(&end).await, 1200);
}

#[tokio::test(start_paused = true)]
async fn a_plugin_that_ends_by_itself_is_asked_late() {
    let end = End::new();
    attach(&end, "a");
    detaching(&end, 1);
    end.begin();
    assert_eq!(patience(&end).await, 2020);
}

#[tokio::test(start_paused = true)]
async fn one_that_has_ended_is_never_overdue() {
    let end = End::new();
    end.begin();
    end.finish();
    assert!(timeout(Duration::from_secs(3600), end.overdue()).await.is_err());
}

#[tokio::test]
async fn the_second_interrupt_cuts_it_short() {
    let mut limit = Limit::new(End::new()).unwrap();
    let interrupt = || {
        rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::INT).unwrap();
    };
    interrupt();
    let soon = Duration::from_millis(200);
    assert_eq!(timeout(soon, limit.wait()).await.ok(), None);
    interrupt();
    assert_eq!(limit.wait().await, Cut::Twice);
    // And so from now on.
    assert_eq!(timeout(soon, limit.wait()).await, Ok(Cut::Twice));
}
