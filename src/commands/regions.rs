//! `mfaexec regions`: in which regions STS gives sessions to the account. With the long-term key alone, so
//! that no code is needed.

use crate::edge::output::{Ui, print};
use crate::error::Result;
use crate::model::environment::Environment;
use crate::model::settings::exports::without_exports;
use crate::options::SignIn;
use crate::sign_in::regions::ask_regions;
use crate::sign_in::request::read_settings;
use crate::sign_in::user::long_term_key::require_key;

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
    let env = without_exports(env);
    let mut settings = read_settings(&env, &sign_in)?;
    let why = "STS gives sessions for long-term keys alone, so only these can try a region";
    require_key(&mut settings, &env, &sign_in, ui, (why, "mfaexec regions"))?;
    let regions = ask_regions(&settings, ui)?;
    if as_json {
        print(&regions.to_json())?;
    } else {
        print(&regions.to_text())?;
        ui.notice(&regions.summary());
    }
    regions.check()
}
