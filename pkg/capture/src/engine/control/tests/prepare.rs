//! What people are told.

use xdplive_source::Label;

use super::*;

#[test]
fn who_asks_before_is_told_what_is_in_force() {
    let mut bench = Bench::new(interfaces([("eth0", 2), ("eth1", 3)]));
    let prepare = |bench: &mut Bench, request: &Request| {
        let (reply, mut answer) = oneshot::channel();
        bench.command_and_attach(Command::Prepare { request: request.clone(), reply });
        answer.try_recv().unwrap()
    };
    let both = request(named("eth0"), &Direction::ALL, "", Limit::All);
    let prepared = prepare(&mut bench, &both).unwrap();
    let hooks: Vec<Hook> = prepared.in_force.iter().map(|one| one.hook).collect();
    assert_eq!((hooks, prepared.left_out.len()), (vec![Hook::XdpNative, Hook::TcxEgress], 0));
    let (_, _queue) = bench.subscribe(&both);
    // Another hook while somebody watches by this one.
    let conflict = prepare(&mut bench, &Request { hook: HookChoice::Tcx, ..both.clone() });
    let text = conflict.unwrap_err().to_string();
    assert!(
        text.starts_with(
            "interface \"eth0\" is being watched by xdp-native for this data source, as it was set before"
        ),
        "{text}"
    );
    let other = Label { owner: "2/other".to_owned(), stream: String::new() };
    let conflict =
        prepare(&mut bench, &Request { hook: HookChoice::Tcx, label: Arc::new(other), ..both.clone() });
    let text = conflict.unwrap_err().to_string();
    assert!(text.contains(" is being watched by xdp-native for another data source, and can "), "{text}");
    let text = prepare(&mut bench, &request(named("eth7"), &Direction::ALL, "", Limit::All)).unwrap_err();
    assert_eq!(
        text.to_string(),
        "there is no interface \"eth7\" here; the query editor lists those that may be watched, and on the machine `ip link` \
         all there are"
    );
    // One by name that is refused is an error; of all, it is left out.
    bench.refuse(3, &[Hook::XdpNative, Hook::TcxIngress]);
    let refused = prepare(&mut bench, &request(named("eth1"), &[Direction::In], "", Limit::All));
    let text = refused.unwrap_err().to_string();
    assert!(text.starts_with("tcx cannot be used on interface \"eth1\": not supported"), "{text}");
    let any = request(InterfaceSet::Any, &[Direction::In], "", Limit::All);
    let prepared = prepare(&mut bench, &any).unwrap();
    let left_out: Vec<_> = prepared
        .left_out
        .iter()
        .map(|LeftOut { interface, state, .. }| (interface.as_str(), *state))
        .collect();
    assert_eq!(left_out, [("eth1", InterfaceState::Refused)]);
    assert_eq!(prepared.in_force.len(), 1);
    bench.stop();
}

/// What is counted from the start takes what is in force, and nobody has to do without a hook because of it.
#[test]
fn what_nobody_has_asked_for_yields() {
    let mut bench = Bench::new(interfaces([("eth0", 2)]));
    let prepare = |bench: &mut Bench, hook| {
        let (reply, mut answer) = oneshot::channel();
        let request = Request { hook, ..request(named("eth0"), &[Direction::In], "", Limit::All) };
        bench.command_and_attach(Command::Prepare { request, reply });
        let prepared = answer.try_recv().unwrap()?;
        Ok::<_, SourceError>(prepared.in_force.iter().map(|one| one.hook).collect::<Vec<_>>())
    };
    let from_the_start = Request {
        hook: HookChoice::Shared,
        ..request(named("eth0"), &Direction::ALL, "len = 100", Limit::None)
    };
    let (id, queue) = bench.subscribe(&from_the_start);
    bench.packets(2, Direction::In, 100, 1);
    // A card is not reset by who takes any hook.
    assert_eq!(prepare(&mut bench, HookChoice::Auto).unwrap(), [Hook::TcxIngress]);
    let auto = request(named("eth0"), &[Direction::In], "", Limit::All);
    let (panel, _rows) = bench.subscribe(&auto);
    assert_eq!(prepare(&mut bench, HookChoice::Tcx).unwrap(), [Hook::TcxIngress]);
    let conflict = prepare(&mut bench, HookChoice::XdpNative).unwrap_err();
    assert!(
        matches!(conflict, SourceError::HookConflict { in_force: "tcx", .. }),
        "a panel looks: {conflict}"
    );
    bench.command(Command::End { stream: panel });
    bench.packets(2, Direction::In, 100, 2);
    for (choice, hook) in
        [(HookChoice::XdpNative, Hook::XdpNative), (HookChoice::XdpGeneric, Hook::XdpGeneric)]
    {
        assert_eq!(prepare(&mut bench, choice).unwrap(), [hook]);
        bench.packets(2, Direction::In, 100, 3);
        assert_eq!(prepare(&mut bench, HookChoice::Auto).unwrap(), [hook]);
    }
    bench.command(Command::End { stream: id });
    assert_eq!(matched(&queue), Some(9), "it was counted on all the while");
    bench.stop();
}

#[test]
fn the_process_ends_when_the_loader_is_lost() {
    let mut bench = Bench::new(interfaces([("eth0", 2)]));
    bench.command(Command::Done(Outcome::Lost(AskError::Silent(std::time::Duration::from_secs(5)))));
    let text = "the loader process has not answered for 5 s";
    assert_eq!(bench.failed.borrow_and_update().as_deref(), Some(text));
    // The first reason stands.
    bench.command(Command::Done(Outcome::Lost(AskError::WrongAnswer)));
    assert_eq!(bench.failed.borrow().as_deref(), Some(text));
}
