use super::{
    model::{EventFeed, Stretch},
    workflow,
};
use crate::{
    error::Result,
    http::{Answer, Call, ServiceConfig},
};
use actix_web::{HttpResponse, get};

/// Mounts the routes of this slice.
pub fn mount(config: &mut ServiceConfig) {
    config.service(list_events);
}

/// What has happened to records that the caller may see, in one sequence without gaps
#[utoipa::path(tag = "events", params(Stretch), responses((status = 200, description = "A stretch of the feed", body = EventFeed)))]
#[get("/events")]
async fn list_events(call: Call) -> Result<HttpResponse> {
    let stretch: Stretch = call.query()?;
    call.read(move |conn, ask| {
        let feed = workflow::read(conn, ask, &stretch)?;
        Answer::stretch(&feed.items, &feed.cursor, feed.more)
    })
    .await
}
