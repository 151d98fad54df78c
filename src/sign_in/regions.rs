//! Asks STS of every region of the partition, many at a time.

use std::collections::VecDeque;

use crate::edge::aws::thread::{Aws, Pending};
use crate::edge::output::Ui;
use crate::edge::progress_bar::ProgressBar;
use crate::error::Result;
use crate::model::failure::asked::Asked;
use crate::model::failure::diagnose::diagnose;
use crate::model::regions::{RegionAnswer, Regions};
use crate::model::settings::Settings;
use crate::model::settings::regions::{always_on, regions_of_partition};

/// Requests under way at a time: each is a connection to another host.
const AT_A_TIME: usize = 16;

/// # Errors
/// AWS cannot be called, or no region knows the key.
pub(crate) fn ask_regions(settings: &Settings, ui: Ui) -> Result<Regions> {
    let arn = settings.partition_arn();
    let own = settings.endpoints.region_for(arn);
    let regions = regions_of_partition(&own);
    let aws = Aws::start(settings, arn)?;
    let mut bar = ProgressBar::new("regions", regions.len(), ui);
    let mut answers: Vec<RegionAnswer> = Vec::new();
    let mut under_way = VecDeque::new();
    let mut take = |(region, call): (String, Pending<()>)| {
        // The bar says what is waited for.
        answers.push((region, call.wait(|| ())));
        bar.advance();
    };
    for region in regions {
        if under_way.len() == AT_A_TIME
            && let Some(first) = under_way.pop_front()
        {
            take(first);
        }
        let call = aws.try_region(&region);
        under_way.push_back((region, call));
    }
    under_way.into_iter().for_each(take);
    drop(bar);
    Regions::read(answers, always_on(&own))
        .map_err(|failure| diagnose(&failure, &Asked::by_key(settings, None)))
}
