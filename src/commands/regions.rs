//! `mfaexec regions`: in which regions STS gives sessions to the account. With the long-term key alone, so
//! that no code is needed.

use crate::edge::aws::program_keys::Given;
use crate::edge::output::{Ui, print};
use crate::error::{Error, Result};
use crate::model::environment::Environment;
use crate::model::settings::Settings;
use crate::model::settings::exports::without_exports;
use crate::model::source::Source;
use crate::options::SignIn;
use crate::sign_in::programs::ask_program;
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
    let env = without_exports(env);
    let mut settings = read_settings(&env, &sign_in)?;
    find_key(&mut settings, &env, ui)?;
    let regions = ask_regions(&settings, ui)?;
    if as_json {
        print(&regions.to_json())?;
    } else {
        print(&regions.to_text())?;
        ui.notice(&regions.summary());
    }
    regions.check()
}

/// A program may give a long-term key. For temporary ones STS gives no sessions, whatever the region.
fn find_key(settings: &mut Settings, env: &Environment, ui: Ui) -> Result<()> {
    if let Some(program) = settings.program().cloned()
        && let Given::LongTerm(key) = ask_program(&program, settings, env, ui)?
    {
        let key = Some(key);
        settings.source = Source::KeyOfProgram { program, key };
    }
    if settings.key().is_some() {
        return Ok(());
    }
    Err(Error::new(
        format!(
            "the keys of profile {} are temporary",
            settings.profile.value
        ),
        "STS gives sessions for long-term keys alone, so only these can try a region",
        "choose a profile that has the key of an IAM user in it: mfaexec regions -p NAME",
    ))
}
