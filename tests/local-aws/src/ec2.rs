//! EC2: DescribeRegions, the harmless call that the story is told with, and DescribeInstances.

use crate::auth::Caller;
use crate::policy::Decision;
use crate::refusal::{Answer, Refusal};
use crate::request::Request;
use crate::state::State;
use crate::xml::{tag, text};

const REGIONS: [&str; 6] = [
    "ap-southeast-2",
    "eu-central-1",
    "eu-west-1",
    "sa-east-1",
    "us-east-1",
    "us-west-2",
];

pub(crate) fn call(state: &State, caller: &Caller, request: &Request, now: i64) -> Answer<String> {
    let action = request.action();
    if !["DescribeRegions", "DescribeInstances"].contains(&action) {
        let message = format!("The action {} is not valid for this web service.", action);
        return Err(Refusal::new(400, "InvalidAction", message));
    }
    let decision = caller.may(state, &caller.context(now), &format!("ec2:{action}"), "*");
    if decision != Decision::Allowed {
        return Err(Refusal::ec2_unauthorized());
    }
    if request.param("DryRun") == Some("true") {
        return Err(Refusal::new(
            412,
            "DryRunOperation",
            "Request would have succeeded, but DryRun flag is set.",
        ));
    }
    if action == "DescribeInstances" {
        return Ok(tag("reservationSet", ""));
    }
    let wanted: Vec<&str> = (1..)
        .map_while(|n| request.param(&format!("RegionName.{n}")))
        .collect();
    if let Some(lost) = wanted.iter().find(|name| !REGIONS.contains(name)) {
        let message = format!("Invalid region provided: [{lost}]");
        return Err(Refusal::new(400, "InvalidParameterValue", message));
    }
    let items: String = REGIONS
        .iter()
        .filter(|name| wanted.is_empty() || wanted.contains(name))
        .map(|name| {
            let endpoint = format!("ec2.{name}.amazonaws.com");
            let fields = text("regionName", name)
                + &text("regionEndpoint", &endpoint)
                + &text("optInStatus", "opt-in-not-required");
            tag("item", &fields)
        })
        .collect();
    Ok(tag("regionInfo", &items))
}
