//! What devices are asked beside route netlink, by generic netlink (ethtool-netlink in the kernel's documentation), which
//! takes no rights.

use std::collections::HashMap;

use ethtool::{
    EthtoolAttr, EthtoolError, EthtoolFeatureAttr, EthtoolHandle, EthtoolHeader, EthtoolLinkModeAttr,
};
use futures::{StreamExt as _, TryStreamExt as _};
use tracing::{debug, warn};

/// Asks the kernel about devices.
#[derive(Clone, Debug)]
pub(super) struct Ethtool(Option<EthtoolHandle>);

impl Ethtool {
    /// Needs a tokio runtime. Without a socket, nothing will be known.
    pub fn connect() -> Self {
        match ethtool::new_connection() {
            Ok((connection, handle, _)) => {
                tokio::spawn(connection);
                Self(Some(handle))
            }
            Err(error) => {
                warn!("cannot ask for features of interfaces: {error}");
                Self(None)
            }
        }
    }

    /// The features of a device.
    ///
    /// # Errors
    /// Where there is no such device, or the kernel cannot be asked.
    pub async fn features(&self, device: &str) -> Result<Vec<EthtoolFeatureAttr>, EthtoolError> {
        let Some(mut handle) = self.0.clone() else { return Ok(Vec::new()) };
        let answers = handle.feature().get(Some(device)).execute().await?;
        let answers: Vec<_> = answers.try_collect().await?;
        let attributes = answers.into_iter().flat_map(|answer| answer.payload.nlas);
        Ok(attributes
            .filter_map(|attribute| match attribute {
                EthtoolAttr::Feature(feature) => Some(feature),
                _ => None,
            })
            .collect())
    }

    /// What the kernel says of the speeds of all links, Mb/s by the device's number, in one answer: there may be hundreds.
    /// Nothing where it cannot be asked.
    pub async fn speeds(&self) -> HashMap<u32, u32> {
        let Some(mut handle) = self.0.clone() else { return HashMap::new() };
        let mut answers = match handle.link_mode().get(None).execute().await {
            Ok(answers) => Box::pin(answers),
            Err(error) => {
                debug!("the speeds of links are not known: {error}");
                return HashMap::new();
            }
        };
        let mut speeds = HashMap::new();
        while let Some(answer) = answers.next().await {
            match answer {
                Ok(answer) => speeds.extend(speed(answer.payload.nlas)),
                // It is of one device.
                Err(error) => debug!("the speed of a link is not known: {error}"),
            }
        }
        speeds
    }
}

/// The device's number and the speed in an answer.
fn speed(attributes: Vec<EthtoolAttr>) -> Option<(u32, u32)> {
    let (mut device, mut speed) = (None, None);
    for attribute in attributes {
        match attribute {
            EthtoolAttr::LinkMode(EthtoolLinkModeAttr::Speed(megabits)) => speed = Some(megabits),
            EthtoolAttr::LinkMode(EthtoolLinkModeAttr::Header(header)) => {
                device = header.into_iter().find_map(|one| match one {
                    EthtoolHeader::DevIndex(index) => Some(index),
                    _ => None,
                });
            }
            _ => {}
        }
    }
    device.zip(speed)
}
