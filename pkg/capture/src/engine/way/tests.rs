use super::*;

fn wish(choice: HookChoice, owner: &str) -> Wish {
    Wish { choice, owner: owner.to_owned() }
}

fn auto() -> Wish {
    wish(HookChoice::Auto, "first")
}

fn native() -> Wish {
    wish(HookChoice::XdpNative, "second")
}

fn attachment(hook: Hook, link: LinkId) -> Attachment {
    Attachment { hook, link, reason: format!("link {link}"), expected: true, owner: String::new() }
}

fn busy() -> Refusal {
    Refusal::Hook { hook: Hook::XdpNative, error: LoaderError::Busy, reason: "taken".to_owned() }
}

/// A direction where link 7 has been attached by TCX, with its first attempt.
fn attached() -> Way {
    let mut way = Way::new(Direction::In);
    assert_eq!(way.want(&auto(), true, Instant::now()), Step::Attach { attempt: 1 });
    assert_eq!(way.attached(1, attachment(Hook::TcxIngress, 7)), None);
    way
}

/// A direction that was refused at the moment given.
fn refused(now: Instant) -> Way {
    let mut way = Way::new(Direction::In);
    assert_eq!(way.want(&auto(), true, now), Step::Attach { attempt: 1 });
    assert!(way.refused(1, busy(), None, now));
    way
}

fn state(way: &Way, now: Instant) -> (InterfaceState, String) {
    way.state(true, now).unwrap()
}

#[test]
fn nobody_asked_and_nothing_is_said() {
    let way = Way::new(Direction::In);
    assert_eq!((way.state(true, Instant::now()), way.state(false, Instant::now())), (None, None));
    assert_eq!((way.attachment(), way.refusal(), way.is_attaching()), (None, None, false));
}

#[test]
fn a_wish_is_attached_once() {
    let (mut way, now) = (Way::new(Direction::In), Instant::now());
    assert_eq!(way.want(&auto(), true, now), Step::Attach { attempt: 1 });
    assert!(way.is_attaching());
    assert_eq!(state(&way, now), (InterfaceState::Attaching, String::new()));
    assert_eq!(way.want(&wish(HookChoice::Auto, "another"), true, now), Step::None, "it is on its way");
    assert_eq!(way.attached(1, attachment(Hook::TcxIngress, 7)), None);
    let expected = Attachment { owner: "first".to_owned(), ..attachment(Hook::TcxIngress, 7) };
    assert_eq!(way.attachment(), Some(&expected));
    assert_eq!(state(&way, now), (InterfaceState::Attached, "link 7".to_owned()));
    assert_eq!(way.want(&wish(HookChoice::Tcx, "another"), true, now), Step::None, "it is in force");
    assert_eq!(way.attachment(), Some(&expected), "and still of who asked first");
}

/// A panel that opens while the plugin starts must not have a card reset either.
#[test]
fn what_is_on_its_way_for_nobody_serves_who_takes_any_hook() {
    let shared = wish(HookChoice::Shared, "nobody");
    for (choice, expected) in
        [(HookChoice::Auto, Step::None), (HookChoice::XdpNative, Step::Attach { attempt: 2 })]
    {
        let (mut way, now) = (Way::new(Direction::In), Instant::now());
        assert_eq!(way.want(&shared, true, now), Step::Attach { attempt: 1 });
        assert_eq!(way.want(&wish(choice, "a panel"), true, now), expected);
        assert_eq!(way.want(&shared, true, now), Step::None, "it takes whatever comes");
    }
    let mut way = attached();
    assert_eq!(way.want(&shared, true, Instant::now()), Step::None);
}

#[test]
fn another_choice_replaces_what_nobody_else_needs() {
    let mut way = attached();
    assert_eq!(way.want(&native(), false, Instant::now()), Step::None, "somebody else needs it");
    assert_eq!(way.attachment().map(|attachment| attachment.link), Some(7));
    assert_eq!(way.want(&native(), true, Instant::now()), Step::Replace { link: 7, attempt: 2 });
    assert_eq!((way.attachment(), way.is_attaching()), (None, true));
    assert_eq!(way.attached(2, attachment(Hook::XdpNative, 8)), None);
    let expected = Attachment { owner: "second".to_owned(), ..attachment(Hook::XdpNative, 8) };
    assert_eq!(way.attachment(), Some(&expected));
}

#[test]
fn what_leaves_has_one_hook_whatever_is_chosen() {
    let mut way = Way::new(Direction::Out);
    assert_eq!(way.want(&auto(), true, Instant::now()), Step::Attach { attempt: 1 });
    assert_eq!(way.attached(1, attachment(Hook::TcxEgress, 7)), None);
    for choice in [HookChoice::XdpNative, HookChoice::XdpGeneric, HookChoice::Tcx] {
        assert_eq!(way.want(&wish(choice, "another"), true, Instant::now()), Step::None, "{choice}");
    }
}

#[test]
fn a_choice_that_changes_on_the_way_is_another_attempt() {
    let (mut way, now) = (Way::new(Direction::In), Instant::now());
    assert_eq!(way.want(&auto(), true, now), Step::Attach { attempt: 1 });
    assert_eq!(way.want(&native(), false, now), Step::None, "others wait for the first");
    assert_eq!(way.want(&native(), true, now), Step::Attach { attempt: 2 });
    assert_eq!(way.attached(1, attachment(Hook::TcxIngress, 7)), Some(7), "nobody wants that any more");
    assert!(!way.refused(1, busy(), None, now));
    assert!(way.is_attaching());
    assert_eq!(way.attached(2, attachment(Hook::XdpNative, 8)), None);
    assert_eq!(way.attached(2, attachment(Hook::XdpNative, 9)), Some(9), "one answer is enough");
    assert_eq!(way.attachment().map(|attachment| attachment.link), Some(8));
    assert!(!way.refused(2, busy(), None, now));
    assert_eq!(way.attachment().map(|attachment| attachment.link), Some(8));
}

#[test]
fn the_pause_grows_with_each_refusal_to_a_minute() {
    let (mut way, mut now) = (Way::new(Direction::In), Instant::now());
    for (attempt, pause) in (1..).zip([1, 2, 4, 8, 16, 32, 60, 60, 60]) {
        assert_eq!(way.want(&auto(), true, now), Step::Attach { attempt });
        way.refused(attempt, busy(), None, now);
        let text = format!("xdp-native: taken; tried again in {pause} s");
        assert_eq!(state(&way, now), (InterfaceState::Refused, text));
        let pause = Duration::from_secs(pause);
        assert_eq!(way.want(&auto(), true, now + pause - Duration::from_millis(1)), Step::None);
        now += pause;
    }
    // A success takes it all back.
    assert_eq!(way.want(&auto(), true, now), Step::Attach { attempt: 10 });
    assert_eq!(way.attached(10, attachment(Hook::TcxIngress, 7)), None);
    assert_eq!(way.want(&native(), true, now), Step::Replace { link: 7, attempt: 11 });
    way.refused(11, busy(), None, now);
    assert_eq!(state(&way, now).1, "xdp-native: taken; tried again in 1 s");
}

#[test]
fn a_refusal_stands_while_it_is_tried_again() {
    let now = Instant::now();
    let mut way = refused(now);
    assert_eq!(way.refusal(), Some(&busy()));
    let half = Duration::from_millis(500);
    assert_eq!(state(&way, now + half).1, "xdp-native: taken; tried again in 1 s");
    let later = now + 2 * half;
    assert_eq!(way.want(&auto(), true, later), Step::Attach { attempt: 2 });
    assert_eq!((way.refusal(), way.is_attaching()), (None, true));
    let text = "xdp-native: taken; tried again in 0 s".to_owned();
    assert_eq!(state(&way, later), (InterfaceState::Refused, text));
    assert_eq!(way.attached(2, attachment(Hook::TcxIngress, 7)), None);
    assert_eq!(state(&way, later), (InterfaceState::Attached, "link 7".to_owned()));
}

#[test]
fn the_same_refusal_is_news_once() {
    let now = Instant::now();
    let mut way = refused(now);
    let text = busy().text();
    assert_eq!(text, "xdp-native: taken");
    way.may_try_again(now);
    assert_eq!(way.want(&auto(), true, now), Step::Attach { attempt: 2 });
    assert!(!way.refused(2, busy(), Some(&text), now));
    way.may_try_again(now);
    assert_eq!(way.want(&auto(), true, now), Step::Attach { attempt: 3 });
    assert!(way.refused(3, Refusal::NoHook, Some(&text), now));
    assert_eq!(
        state(&way, now).1,
        "this kernel has no TCX, which came with 6.6; tried again in 4 s",
        "the third refusal"
    );
}

#[test]
fn a_change_or_another_choice_ends_the_pause() {
    let now = Instant::now();
    let mut way = refused(now);
    assert_eq!(way.want(&auto(), true, now), Step::None);
    way.may_try_again(now);
    assert_eq!(way.want(&auto(), true, now), Step::Attach { attempt: 2 });
    way.refused(2, busy(), None, now);
    assert_eq!(way.want(&native(), true, now), Step::Attach { attempt: 3 });
    // What is attached or on its way is not touched.
    way.may_try_again(now);
    assert_eq!(way.want(&native(), true, now), Step::None);
    assert_eq!(way.attached(3, attachment(Hook::XdpNative, 8)), None);
    way.may_try_again(now);
    assert_eq!(way.want(&native(), true, now), Step::None);
}

#[test]
fn what_an_interface_had_goes_with_it() {
    let (mut way, now) = (attached(), Instant::now());
    assert_eq!(way.lost(), Some(7));
    assert_eq!(way.state(false, now), Some((InterfaceState::Absent, String::new())));
    assert_eq!(state(&way, now), (InterfaceState::Attaching, String::new()), "it is there again");
    assert_eq!(way.lost(), None);
    // An answer that is on its way is about the one that has gone.
    let Step::Attach { attempt } = way.want(&auto(), true, now) else { panic!("not tried") };
    assert_eq!(way.lost(), None);
    assert_eq!(way.attached(attempt, attachment(Hook::TcxIngress, 8)), Some(8));
    assert!(!way.refused(attempt, busy(), None, now));
    assert_eq!((way.attachment(), way.refusal(), way.is_attaching()), (None, None, false));
    // Refusals, too.
    let mut way = refused(now);
    assert_eq!(way.lost(), None);
    assert_eq!(state(&way, now), (InterfaceState::Attaching, String::new()));
    let Step::Attach { attempt } = way.want(&auto(), true, now) else { panic!("not tried") };
    assert_eq!(state(&way, now), (InterfaceState::Attaching, String::new()), "another interface");
    assert!(way.refused(attempt, busy(), None, now));
    assert_eq!(state(&way, now).1, "xdp-native: taken; tried again in 1 s");
}

#[test]
fn an_absent_interface_is_waited_for_by_the_first_who_asked() {
    let (mut way, now) = (Way::new(Direction::In), Instant::now());
    way.wait_for(&native());
    way.wait_for(&auto());
    assert_eq!(way.state(false, now), Some((InterfaceState::Absent, String::new())));
    assert_eq!(way.wish, Some(native()));
    assert_eq!(state(&way, now), (InterfaceState::Attaching, String::new()), "it has come");
}

#[test]
fn what_nobody_needs_any_more_is_forgotten() {
    let (mut way, now) = (attached(), Instant::now());
    assert_eq!(way.release(), Some(7));
    assert_eq!((way.state(true, now), way.state(false, now)), (None, None));
    assert_eq!(way.release(), None);
    // An attempt that was on its way is nobody's.
    let Step::Attach { attempt } = way.want(&auto(), true, now) else { panic!("not tried") };
    assert_eq!(way.release(), None);
    assert_eq!(way.attached(attempt, attachment(Hook::TcxIngress, 8)), Some(8));
    assert_eq!(way.state(true, now), None);
}

#[test]
fn what_another_process_detaches_is_attached_again_less_and_less_often() {
    let (mut way, mut now) = (attached(), Instant::now());
    assert_eq!(way.detached(6, now), None, "another link");
    let mut link = 7;
    for (times, pause) in (1..).zip([1, 2, 4, 8, 16, 32, 60, 60]) {
        let refusal = Refusal::Detached { hook: Hook::TcxIngress, times };
        assert_eq!(way.detached(link, now), Some(refusal.clone()));
        assert_eq!(way.detached(link, now), None, "it is told once");
        assert_eq!((way.attachment(), way.refusal()), (None, Some(&refusal)));
        let count = if times == 1 { String::new() } else { format!(" {times} times") };
        let expected = format!(
            "tcx: another process has detached our program{count}; stop what does that, such as bpftool link detach; tried \
             again in {pause} s"
        );
        assert_eq!(state(&way, now), (InterfaceState::Refused, expected));
        // Neither a change of interfaces nor a person that looks makes it sooner.
        way.may_try_again(now);
        let pause = Duration::from_secs(pause);
        assert_eq!(way.want(&auto(), true, now + pause - Duration::from_millis(1)), Step::None);
        now += pause;
        let Step::Attach { attempt } = way.want(&auto(), true, now) else { panic!("not tried") };
        link += 1;
        assert_eq!(way.attached(attempt, attachment(Hook::TcxIngress, link)), None);
        let reason = format!(
            "link {link}; another process has detached our program{count}, and it was attached again"
        );
        assert_eq!(state(&way, now), (InterfaceState::Attached, reason));
        assert_eq!(way.attachment().map(|attachment| attachment.expected), Some(false));
    }
    // It is left alone for a while: then it begins anew.
    let refusal = Refusal::Detached { hook: Hook::TcxIngress, times: 1 };
    assert_eq!(way.detached(link, now + STEADY), Some(refusal));
    // With another interface, too.
    let _ = way.lost();
    let Step::Attach { attempt } = way.want(&auto(), true, now) else { panic!("not tried") };
    assert_eq!(way.attached(attempt, attachment(Hook::TcxIngress, 50)), None);
    assert_eq!(state(&way, now), (InterfaceState::Attached, "link 50".to_owned()));
}
