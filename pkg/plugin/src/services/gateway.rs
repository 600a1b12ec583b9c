//! Whose packets a data source has: those of this machine, or those of others. Each set of other machines is served as this
//! machine is, by services of its own.

use std::pin::Pin;

use grafana_plugin_sdk::pluginv2::{
    CallResourceRequest, CallResourceResponse, CheckHealthRequest, CheckHealthResponse,
    CollectMetricsRequest, CollectMetricsResponse, PluginContext, PublishStreamRequest,
    PublishStreamResponse, QueryDataRequest, QueryDataResponse, RunStreamRequest, StreamPacket,
    SubscribeStreamRequest, SubscribeStreamResponse, data_server::Data, diagnostics_server::Diagnostics,
    resource_server::Resource, stream_server::Stream,
};
use tonic::{Request, Response, Status, async_trait};

use super::{
    Plugin,
    controller::{Empty, GRPCController},
    fleets::Fleets,
};
use crate::{
    asked::owner,
    settings::{DataSourceSettings, FleetAccess},
};

/// All services of the process.
#[derive(Clone)]
pub struct Gateway {
    local: Plugin,
    fleets: Fleets,
}

impl Gateway {
    /// Serves this machine by `local`, and others by `fleets`.
    #[must_use]
    pub const fn new(local: Plugin, fleets: Fleets) -> Self {
        Self { local, fleets }
    }

    /// The services for a data source. Where its settings cannot be read, those of this machine say so.
    async fn of(&self, context: Option<&PluginContext>) -> Plugin {
        let Some(instance) = context.and_then(|context| context.data_source_instance_settings.as_ref())
        else {
            return self.local.clone();
        };
        let settings = DataSourceSettings::read(&instance.json_data, &self.local.server);
        match settings.ok().and_then(|settings| settings.fleet) {
            Some(fleet) => {
                let access = FleetAccess::new(fleet, instance);
                self.fleets.services(&owner(context), access, &self.local).await
            }
            None => self.local.clone(),
        }
    }
}

#[async_trait]
impl Data for Gateway {
    async fn query_data(
        &self,
        request: Request<QueryDataRequest>,
    ) -> Result<Response<QueryDataResponse>, Status> {
        let services = self.of(request.get_ref().plugin_context.as_ref()).await;
        services.query_data(request).await
    }
}

#[async_trait]
impl Resource for Gateway {
    type CallResourceStream =
        Pin<Box<dyn futures::Stream<Item = Result<CallResourceResponse, Status>> + Send>>;

    async fn call_resource(
        &self,
        request: Request<CallResourceRequest>,
    ) -> Result<Response<Self::CallResourceStream>, Status> {
        let services = self.of(request.get_ref().plugin_context.as_ref()).await;
        services.call_resource(request).await
    }
}

#[async_trait]
impl Stream for Gateway {
    type RunStreamStream = Pin<Box<dyn futures::Stream<Item = Result<StreamPacket, Status>> + Send>>;

    async fn subscribe_stream(
        &self,
        request: Request<SubscribeStreamRequest>,
    ) -> Result<Response<SubscribeStreamResponse>, Status> {
        let services = self.of(request.get_ref().plugin_context.as_ref()).await;
        services.subscribe_stream(request).await
    }

    async fn run_stream(
        &self,
        request: Request<RunStreamRequest>,
    ) -> Result<Response<Self::RunStreamStream>, Status> {
        let services = self.of(request.get_ref().plugin_context.as_ref()).await;
        services.run_stream(request).await
    }

    async fn publish_stream(
        &self,
        request: Request<PublishStreamRequest>,
    ) -> Result<Response<PublishStreamResponse>, Status> {
        self.local.publish_stream(request).await
    }
}

#[async_trait]
impl Diagnostics for Gateway {
    async fn check_health(
        &self,
        request: Request<CheckHealthRequest>,
    ) -> Result<Response<CheckHealthResponse>, Status> {
        let services = self.of(request.get_ref().plugin_context.as_ref()).await;
        services.check_health(request).await
    }

    /// Those of this machine: other machines have a Grafana, or another collector, of their own.
    async fn collect_metrics(
        &self,
        request: Request<CollectMetricsRequest>,
    ) -> Result<Response<CollectMetricsResponse>, Status> {
        self.local.collect_metrics(request).await
    }
}

#[async_trait]
impl GRPCController for Gateway {
    async fn shutdown(&self, request: Request<Empty>) -> Result<Response<Empty>, Status> {
        self.local.shutdown(request).await
    }
}
