pub(super) mod decode;

mod agreement;
mod golden;
mod golden_flows;
