//! A loader that attaches nothing.

use std::collections::BTreeSet;

use super::*;

/// What it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Call {
    Load(Hook),
    Attach(Hook, u32),
    Detach(LinkId),
    Check,
}

/// Says what a call comes to.
type Script = Box<dyn Fn(Call) -> Result<(), AskError> + Send>;

/// A loader that notes what it is asked. Links get the numbers 1, 2, 3, …
pub struct FakeLinks {
    script: Script,
    calls: Sender<Call>,
    /// Links attached, ever.
    links: Mutex<LinkId>,
    /// Links that are open.
    pub open: Arc<Mutex<BTreeSet<LinkId>>>,
    /// Links that somebody else has detached.
    pub dead: Arc<Mutex<BTreeSet<LinkId>>>,
}

impl FakeLinks {
    /// One whose answers `script` gives, and that tells `calls` what it is asked.
    pub fn new(script: impl Fn(Call) -> Result<(), AskError> + Send + 'static, calls: Sender<Call>) -> Self {
        Self {
            script: Box::new(script),
            calls,
            links: Mutex::new(0),
            open: Arc::default(),
            dead: Arc::default(),
        }
    }

    fn call(&self, call: Call) -> Result<(), AskError> {
        // Where a test has ended, nobody looks.
        let _ = self.calls.send(call);
        (self.script)(call)
    }
}

impl Links for FakeLinks {
    fn load(&self, hook: Hook) -> Result<(), AskError> {
        self.call(Call::Load(hook))
    }

    fn attach(&self, hook: Hook, index: u32) -> Result<Attached, AskError> {
        self.call(Call::Attach(hook, index))?;
        let mut link = self.links.lock().unwrap();
        *link += 1;
        self.open.lock().unwrap().insert(*link);
        Ok(Attached { link: *link, program: 1000 })
    }

    fn detach(&self, link: LinkId) -> Result<(), AskError> {
        self.call(Call::Detach(link))?;
        self.open.lock().unwrap().remove(&link);
        Ok(())
    }

    fn check(&self) -> Result<Vec<LinkId>, AskError> {
        self.call(Call::Check)?;
        let open = self.open.lock().unwrap();
        Ok(self.dead.lock().unwrap().intersection(&open).copied().collect())
    }
}
