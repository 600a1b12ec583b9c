use std::collections::BTreeSet;

use super::{
    fake::{Call, FakeLinks},
    *,
};

/// An attacher, what its loader is asked, and what it tells.
struct Bench {
    attacher: Attacher,
    calls: Receiver<Call>,
    dead: Arc<Mutex<BTreeSet<LinkId>>>,
    told: Receiver<Outcome>,
}

/// A job, the hooks that were refused, and what is attached.
type Tried = (AttachJob, Vec<(Hook, LoaderError)>, Option<(Hook, LinkId)>);

/// Longer than anything here takes, unless it never ends.
const FOREVER: Duration = Duration::from_secs(20);

impl Bench {
    fn new(script: impl Fn(Call) -> Result<(), AskError> + Send + 'static) -> Self {
        let (calls, called) = channel();
        let (tell, told) = channel();
        let links = FakeLinks::new(script, calls);
        let dead = Arc::clone(&links.dead);
        let attacher = Attacher::start(links, move |outcome| _ = tell.send(outcome)).unwrap();
        Self { attacher, calls: called, dead, told }
    }

    fn next_call(&self) -> Call {
        self.calls.recv_timeout(FOREVER).unwrap()
    }

    /// What became of an attempt.
    fn attached(&self) -> Tried {
        match self.told.recv_timeout(FOREVER).unwrap() {
            Outcome::Attach { job, refused, attached } => {
                (job, refused, attached.map(|(attempt, link)| (attempt.hook, link)))
            }
            other => panic!("{other:?}"),
        }
    }

    /// Ends it. Returns whether that was in time, and what the loader was asked and was not looked at.
    fn finish(self) -> (bool, Vec<Call>) {
        let in_time = self.attacher.finish();
        (in_time, self.calls.iter().collect())
    }
}

fn attempt(hook: Hook) -> Attempt {
    Attempt { hook, reason: format!("why {}", hook.name()), expected: true }
}

fn job(index: u32, hooks: &[Hook]) -> AttachJob {
    let hooks = hooks.iter().copied().map(attempt).collect();
    AttachJob { interface: 3, direction: Direction::In, attempt: 5, index, replaces: None, hooks }
}

fn tcx(index: u32) -> Job {
    Job::Attach(job(index, &[Hook::TcxIngress]))
}

fn unsupported() -> LoaderError {
    LoaderError::Unsupported { reason: "the driver cannot".to_owned() }
}

#[test]
fn what_is_urgent_goes_first_and_the_rest_in_order() {
    let (open, gate) = channel::<()>();
    let gate = Mutex::new(Some(gate));
    let bench = Bench::new(move |_| {
        // The first call takes until all jobs have been given.
        let gate = gate.lock().unwrap().take();
        gate.into_iter().for_each(|gate| gate.recv().unwrap());
        Ok(())
    });
    bench.attacher.order(tcx(100), Urgency::Later);
    assert_eq!(bench.next_call(), Call::Attach(Hook::TcxIngress, 100));
    let urgencies = [Urgency::Later, Urgency::Soon, Urgency::Now];
    for (index, urgency) in (0..9).zip(urgencies.into_iter().cycle()) {
        bench.attacher.order(tcx(index), urgency);
    }
    open.send(()).unwrap();
    let order: Vec<u32> = (0..9)
        .map(|_| match bench.next_call() {
            Call::Attach(_, index) => index,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(order, [2, 5, 8, 1, 4, 7, 0, 3, 6]);
}

/// The kernel has a program once at a hook, so the link that was there goes first, however little it matters.
#[test]
fn what_is_to_be_closed_is_no_longer_there_when_somebody_asks_again() {
    let (open, gate) = channel::<()>();
    let gate = Mutex::new(gate);
    let bench = Bench::new(move |call| {
        if call == Call::Load(Hook::TcxIngress) {
            gate.lock().unwrap().recv().unwrap();
        }
        Ok(())
    });
    let other_way = AttachJob { direction: Direction::Out, ..job(7, &[Hook::TcxEgress]) };
    for (ordered, link) in
        [(job(7, &[Hook::TcxIngress]), 1), (other_way, 2), (job(8, &[Hook::TcxIngress]), 3)]
    {
        bench.attacher.order(Job::Attach(ordered), Urgency::Now);
        assert_eq!(bench.attached().2.unwrap().1, link);
        bench.next_call();
    }
    bench.attacher.order(Job::Load(Hook::TcxIngress), Urgency::Now);
    assert_eq!(bench.next_call(), Call::Load(Hook::TcxIngress));
    for link in [3, 2, 1] {
        bench.attacher.order(Job::Detach(link), Urgency::Later);
    }
    bench.attacher.order(tcx(7), Urgency::Now);
    open.send(()).unwrap();
    let calls: Vec<Call> = (0..4).map(|_| bench.next_call()).collect();
    let again = Call::Attach(Hook::TcxIngress, 7);
    assert_eq!(calls, [Call::Detach(1), again, Call::Detach(3), Call::Detach(2)]);
    assert_eq!(bench.finish(), (true, vec![Call::Detach(4)]));
}

#[test]
fn hooks_are_tried_in_order_until_one_is_taken() {
    let bench = Bench::new(|call| match call {
        Call::Attach(Hook::XdpNative, _) => Err(unsupported().into()),
        Call::Attach(Hook::XdpGeneric, _) => Err(LoaderError::Busy.into()),
        _ => Ok(()),
    });
    let hooks = [Hook::XdpNative, Hook::XdpGeneric, Hook::TcxIngress, Hook::TcxEgress];
    let ordered = job(9, &hooks);
    bench.attacher.order(Job::Attach(ordered.clone()), Urgency::Now);
    let refused = vec![(Hook::XdpNative, unsupported()), (Hook::XdpGeneric, LoaderError::Busy)];
    assert_eq!(bench.attached(), (ordered, refused.clone(), Some((Hook::TcxIngress, 1))));
    let ordered = job(9, &hooks[..2]);
    bench.attacher.order(Job::Attach(ordered.clone()), Urgency::Now);
    assert_eq!(bench.attached(), (ordered, refused, None));
    let ordered = job(9, &[]);
    bench.attacher.order(Job::Attach(ordered.clone()), Urgency::Now);
    assert_eq!(bench.attached(), (ordered, Vec::new(), None), "no hook to try");
    let (in_time, calls) = bench.finish();
    let tried = |hook| Call::Attach(hook, 9);
    let [native, generic, ingress, _] = hooks.map(tried);
    assert_eq!(calls, [native, generic, ingress, native, generic, Call::Detach(1)]);
    assert!(in_time);
}

#[test]
fn what_is_in_the_way_is_closed_before() {
    let bench = Bench::new(|_| Ok(()));
    bench.attacher.order(tcx(9), Urgency::Now);
    let replaces = |link| Job::Attach(AttachJob { replaces: Some(link), ..job(9, &[Hook::XdpNative]) });
    bench.attacher.order(replaces(1), Urgency::Now);
    // One that is not open any more is not closed twice.
    bench.attacher.order(replaces(1), Urgency::Now);
    bench.attacher.order(Job::Detach(1), Urgency::Now);
    bench.attacher.order(Job::Detach(2), Urgency::Now);
    let links: Vec<_> = (0..3).map(|_| bench.attached().2.unwrap()).collect();
    assert_eq!(links, [(Hook::TcxIngress, 1), (Hook::XdpNative, 2), (Hook::XdpNative, 3)]);
    let calls: Vec<Call> = (0..5).map(|_| bench.next_call()).collect();
    let native = Call::Attach(Hook::XdpNative, 9);
    // Nor does one stay that is about to be closed.
    assert_eq!(calls, [Call::Attach(Hook::TcxIngress, 9), Call::Detach(1), native, Call::Detach(2), native]);
    assert_eq!(bench.finish(), (true, vec![Call::Detach(3)]));
}

#[test]
fn programs_are_loaded_and_their_refusals_told() {
    let bench = Bench::new(|call| match call {
        Call::Load(Hook::TcxEgress) => Err(unsupported().into()),
        _ => Ok(()),
    });
    for hook in [Hook::XdpNative, Hook::TcxEgress] {
        bench.attacher.order(Job::Load(hook), Urgency::Soon);
    }
    for expected in [(Hook::XdpNative, None), (Hook::TcxEgress, Some(unsupported()))] {
        match bench.told.recv_timeout(FOREVER).unwrap() {
            Outcome::Load { hook, error } => assert_eq!((hook, error), expected),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn links_that_somebody_else_has_detached_are_told_until_they_are_closed() {
    let bench = Bench::new(|_| Ok(()));
    let check = || {
        bench.attacher.order(Job::Check, Urgency::Now);
        match bench.told.recv_timeout(FOREVER).unwrap() {
            Outcome::Checked { dead } => dead,
            other => panic!("{other:?}"),
        }
    };
    for index in 1..=3 {
        bench.attacher.order(tcx(index), Urgency::Now);
        bench.attached();
    }
    assert_eq!(check(), Vec::<LinkId>::new());
    bench.dead.lock().unwrap().extend([1, 3]);
    assert_eq!(check(), [1, 3]);
    bench.attacher.order(Job::Detach(1), Urgency::Now);
    assert_eq!(check(), [3]);
}

#[test]
fn the_end_drops_what_waits_and_closes_what_is_open() {
    let (open, gate) = channel::<()>();
    let bench = Bench::new(move |call| match call {
        Call::Attach(_, 3) => {
            gate.recv().unwrap();
            Ok(())
        }
        // One that cannot be closed does not keep the others open.
        Call::Detach(2) => Err(LoaderError::NoInterface.into()),
        _ => Ok(()),
    });
    for index in 1..=4 {
        bench.attacher.order(tcx(index), Urgency::Now);
    }
    for index in 1..=3 {
        assert_eq!(bench.next_call(), Call::Attach(Hook::TcxIngress, index));
    }
    bench.attacher.order(Job::Detach(1), Urgency::Now);
    // The thread is at its third job, while two wait; the fourth interface is never attached.
    let jobs = Arc::clone(&bench.attacher.jobs);
    let end = thread::spawn(move || bench.finish());
    while !jobs.lock().is_over {
        thread::yield_now();
    }
    open.send(()).unwrap();
    assert_eq!(end.join().unwrap(), (true, [1, 2, 3].map(Call::Detach).to_vec()));
}

#[test]
fn an_end_that_hangs_is_given_up() {
    let (open, gate) = channel::<()>();
    let bench = Bench::new(move |call| {
        if matches!(call, Call::Detach(_)) {
            let _ = gate.recv();
        }
        Ok(())
    });
    for index in 1..=5 {
        bench.attacher.order(tcx(index), Urgency::Now);
    }
    (0..5).for_each(|_| _ = bench.attached());
    while bench.attacher.jobs.lock().open < 5 {
        thread::yield_now();
    }
    let began = Instant::now();
    assert!(!bench.attacher.finish_within(Duration::from_millis(50), Duration::from_millis(20)));
    // 50 ms, and 20 ms for each of five links.
    assert!(began.elapsed() >= Duration::from_millis(150), "{:?}", began.elapsed());
    drop(open);
    assert_eq!((FOR_THE_END, FOR_A_LINK), (Duration::from_secs(2), Duration::from_millis(20)));
}

#[test]
fn a_loader_that_is_lost_is_told_of_once() {
    let lost: [fn() -> AskError; 3] = [
        || AskError::Silent(Duration::from_secs(5)),
        || AskError::Gone(io::ErrorKind::ConnectionReset.into()),
        || AskError::WrongAnswer,
    ];
    for error in lost {
        let name = error().to_string();
        let bench = Bench::new(move |_| Err(error()));
        for index in 1..=3 {
            bench.attacher.order(tcx(index), Urgency::Now);
        }
        match bench.told.recv_timeout(FOREVER).unwrap() {
            Outcome::Lost(told) => assert_eq!(told.to_string(), name),
            other => panic!("{name}: {other:?}"),
        }
        // The thread has ended: nobody is asked, or told, anything more.
        assert!(bench.told.recv_timeout(FOREVER).is_err(), "{name}");
        assert_eq!(bench.finish(), (true, vec![Call::Attach(Hook::TcxIngress, 1)]), "{name}");
    }
}

#[test]
fn a_loader_that_is_lost_at_the_end_is_asked_no_more() {
    let bench = Bench::new(|call| match call {
        Call::Detach(2) => Err(AskError::Silent(Duration::from_secs(5))),
        _ => Ok(()),
    });
    for index in 1..=3 {
        bench.attacher.order(tcx(index), Urgency::Now);
    }
    (0..3).for_each(|_| _ = (bench.attached(), bench.next_call()));
    assert_eq!(bench.finish(), (true, vec![Call::Detach(1), Call::Detach(2)]));
}
