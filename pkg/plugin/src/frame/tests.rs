pub(super) mod decode;

mod agreement;
mod golden;
