//! `mfaexec regions`: in which regions STS gives sessions to the account. With the long-term key alone, so
//! that no code is needed.

use crate::edge::output::{Ui, print};
use crate::error::{Error, Result};
use crate::model::environment::Environment;
use crate::model::settings::Settings;
use crate::model::settings::exports::without_exports;
use crate::options::SignIn;
use crate::sign_in::regions::ask_regions;
use crate::sign_in::request::read_settings;

pub(crate) fn regions(
    env: &Environment,
    profile: Option<String>,
    as_json: bool,
    ui: Ui,
) -> Result<()> {
    let sign_in = SignIn {
        profile,
        ..SignIn::default()
    };
    let settings = read_settings(&without_exports(env), &sign_in)?;
    check_key(&settings)?;
    let regions = ask_regions(&settings, ui)?;
    if as_json {
        print(&regions.to_json())?;
    } else {
        print(&regions.to_text())?;
        ui.notice(&regions.summary());
    }
    regions.check()
}

/// STS gives no sessions for temporary keys, whatever the region.
fn check_key(settings: &Settings) -> Result<()> {
    if settings.key().is_some() {
        return Ok(());
    }
    Err(Error::new(
        format!(
            "the keys of profile {} are temporary, or not known yet",
            settings.profile.value
        ),
        "STS gives sessions for long-term keys alone, so only these can try a region",
        "choose a profile that has the key of an IAM user in it: mfaexec regions -p NAME",
    ))
}
