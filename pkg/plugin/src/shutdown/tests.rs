use futures::future::join_all;

use super::*;

#[tokio::test]
async fn everybody_hears_it() {
    let shutdown = Shutdown::default();
    let listeners = [(); 3].map(|()| {
        tokio::spawn({
            let shutdown = shutdown.clone();
            async move { shutdown.begun().await }
        })
    });
    tokio::task::yield_now().await;
    assert!(listeners.iter().all(|listener| !listener.is_finished()));
    shutdown.clone().begin(Cause::Asked);
    assert!(join_all(listeners).await.iter().all(Result::is_ok));
}

#[tokio::test]
async fn who_comes_late_hears_it_too() {
    let shutdown = Shutdown::default();
    assert_eq!(shutdown.cause(), None);
    shutdown.begin(Cause::Signal);
    shutdown.begin(Cause::Asked);
    shutdown.begun().await;
    shutdown.begun().await;
    assert_eq!(shutdown.cause(), Some(Cause::Signal), "the first one counts");
}
