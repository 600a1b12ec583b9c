//! Generates the service by which go-plugin asks a plugin to end; the SDK does not bring it.

use tonic_build::manual::{Builder, Method, Service};

fn main() {
    let shutdown = Method::builder()
        .name("shutdown")
        .route_name("Shutdown")
        .input_type("crate::services::controller::Empty")
        .output_type("crate::services::controller::Empty")
        .codec_path("tonic::codec::ProstCodec")
        .build();
    let controller = Service::builder().name("GRPCController").package("plugin").method(shutdown).build();
    Builder::new().build_client(true).compile(&[controller]);
}
