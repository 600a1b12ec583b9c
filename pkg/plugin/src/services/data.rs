//! QueryData: answers each query of a call on its own. A query that can be streamed is answered with the
//! channel where its rows come.

use std::collections::HashMap;

use grafana_plugin_sdk::pluginv2::{
    DataQuery, DataResponse, PluginContext, QueryDataRequest, QueryDataResponse, data_server::Data,
};
use serde_json::json;
use tonic::{Request, Response, Status, async_trait};

use super::Plugin;
use crate::{
    asked::{self, Refusal},
    channel,
    frame::arrow,
    query::check_time_range,
};

#[async_trait]
impl Data for Plugin {
    async fn query_data(
        &self,
        request: Request<QueryDataRequest>,
    ) -> Result<Response<QueryDataResponse>, Status> {
        let request = request.into_inner();
        let mut responses = HashMap::new();
        for query in &request.queries {
            let response = match self.answer(request.plugin_context.as_ref(), query).await {
                Ok(frame) => DataResponse { frames: vec![frame], status: 200, ..DataResponse::default() },
                Err(refusal) => DataResponse {
                    error: refusal.to_string(),
                    status: refusal.status(),
                    ..DataResponse::default()
                },
            };
            responses.insert(query.ref_id.clone(), response);
        }
        Ok(Response::new(QueryDataResponse { responses }))
    }
}

impl Plugin {
    /// A frame with the columns of the rows to come, and in its metadata where they come from. The front end
    /// subscribes itself (no `meta.channel`), because Grafana's automatic way passes no data.
    async fn answer(&self, context: Option<&PluginContext>, query: &DataQuery) -> Result<Vec<u8>, Refusal> {
        let range = query.time_range.as_ref().map(|range| (range.from_epoch_ms, range.to_epoch_ms));
        check_time_range(range)?;
        let asked = asked::read(context, &query.json, &*self.source, &self.server)?;
        self.source.prepare(&asked.request).await?;
        let meta = json!({ "custom": { "channel": channel::path(&asked.query), "data": &asked.query } });
        Ok(arrow::frame(&query.ref_id, &asked.query.columns, &[], &meta)?)
    }
}
