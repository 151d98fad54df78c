//! `mfaexec policy`: ready policies that ask for MFA. Nothing is read but the options and the variable of
//! the region, and no one is asked.

use crate::edge::output::print;
use crate::error::Result;
use crate::model::environment::Environment;
use crate::model::policy::policy;
use crate::model::settings::exports::REGION;
use crate::options::PolicyChoice;

pub(crate) fn policy_for(env: &Environment, choice: &PolicyChoice) -> Result<()> {
    let mut of_environment = REGION.into_iter().filter_map(|name| env.text(name));
    let region = choice.region.clone().or_else(|| of_environment.next());
    print(&policy(
        &choice.purpose()?,
        choice.max_age.as_ref(),
        region.as_deref(),
    )?)
}
