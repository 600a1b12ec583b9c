//! Interfaces that are counted from the start, so that the past is there when somebody looks for the first time.

use std::{sync::Arc, time::Duration};

use tokio::time::sleep;
use tracing::info;
use xdplive_history::{Recorder, Watching};
use xdplive_source::{HookChoice, Interface, Source};

use crate::settings::{FromTheStart, Patterns, ServerSettings};

/// Time between two looks at which interface has the default route.
const LOOK: Duration = Duration::from_secs(5);

/// Has those counted that the administrator names, or that with the default route. Needs a tokio runtime.
pub(super) fn start(recorder: &Recorder, source: &Arc<dyn Source>, server: &ServerSettings) {
    match &server.watch {
        FromTheStart::Named(names) => {
            let hook = server.hook.unwrap_or(HookChoice::Auto);
            // For ever.
            names.iter().for_each(|name| std::mem::forget(recorder.watch(name.clone(), hook)));
        }
        // Health says so, too.
        FromTheStart::DefaultRoute if let Some(reason) = source.no_shared_hook() => {
            info!("nothing is counted from the start: {reason}");
        }
        FromTheStart::DefaultRoute => {
            let (recorder, source) = (recorder.clone(), Arc::clone(source));
            tokio::spawn(follow_default_route(recorder, source, server.interfaces.clone()));
        }
    }
}

/// The interface with the default route is there some time after the machine's start, and may be another one later.
async fn follow_default_route(recorder: Recorder, source: Arc<dyn Source>, allowed: Patterns) {
    let mut watched: Option<(String, Watching)> = None;
    loop {
        let interfaces = source.interfaces();
        let now = interfaces.default_route().filter(|interface| may_be_watched(interface, &allowed));
        let now = now.map(|interface| interface.name.as_str());
        // Where the route is gone for a moment, as while an address is renewed, there is nothing better to count.
        if let Some(name) = now
            && watched.as_ref().is_none_or(|(watched, _)| watched != name)
        {
            info!("{name} is counted from the start; watch = none in grafana.ini turns that off");
            watched = Some((name.to_owned(), recorder.watch(name.to_owned(), HookChoice::Shared)));
        }
        sleep(LOOK).await;
    }
}

/// Whether an interface may be counted without anybody asking for it.
fn may_be_watched(interface: &Interface, allowed: &Patterns) -> bool {
    interface.link.layout().is_some() && allowed.allow(&interface.name, interface.uplink)
}
