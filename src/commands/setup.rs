//! `mfaexec setup credential-process`: the lines of a profile with which other programs get their
//! session from mfaexec, printed or written to the config file.

use crate::edge::config_files::{self, config_path};
use crate::edge::output::{Ui, print};
use crate::edge::process::{exec, lookup};
use crate::edge::replace_file::Replacing;
use crate::error::{Error, Kind, Result};
use crate::escape::printable;
use crate::model::config::{Profiles, ProgramProfile, name_for_programs};
use crate::model::environment::Environment;
use crate::model::origin::Origin;
use crate::model::settings::Settings;
use crate::options::{SetupChoice, SetupKind, SignIn};
use crate::sign_in::request::read_settings;

pub(crate) fn setup(
    env: &Environment,
    what: Option<SetupKind>,
    choice: &SetupChoice,
    ui: Ui,
) -> Result<()> {
    match what {
        Some(SetupKind::CredentialProcess) => credential_process(env, choice, ui),
        None => Err(Error::of(
            Kind::Usage,
            "nothing was named to set up",
            "mfaexec sets up credential-process",
            "mfaexec setup credential-process -p NAME",
        )),
    }
}

fn credential_process(env: &Environment, choice: &SetupChoice, ui: Ui) -> Result<()> {
    let sign_in = SignIn {
        profile: choice.profile.clone(),
        ..SignIn::default()
    };
    // A profile that leads to no session is an error now, and not when a program wants it.
    let settings = read_settings(env, &sign_in)?;
    let path = config_path(env)?;
    match choice.write {
        false => {
            let files = Profiles::parse(config_files::read(env)?)?;
            let made = profile_for_programs(env, choice, &settings, &files)?;
            print(&made.lines)?;
            tell_rest(env, &made, &files, ui);
            let name = shlex::try_quote(&settings.profile.value).unwrap_or_default();
            ui.notice(&match &made.edit {
                Ok(_) => format!(
                    "add these lines to {}, or let mfaexec do so: mfaexec setup \
                     credential-process -p {name} --write",
                    path.display()
                ),
                Err(place) => format!("the profile is there already ({place})"),
            });
            Ok(())
        }
        true => {
            let file = Replacing::begin(&path)?;
            let files = Profiles::parse(config_files::read(env)?)?;
            let made = profile_for_programs(env, choice, &settings, &files)?;
            let name = printable(&made.name);
            let edit = match &made.edit {
                Ok(edit) => edit,
                Err(place) => {
                    tell_rest(env, &made, &files, ui);
                    return print(&format!("{name}: it is there already ({place})\n"));
                }
            };
            let content = edit.apply(&file.content);
            let kept = file.replace(&content)?;
            tell_rest(env, &made, &files, ui);
            let kept = kept.map_or(String::new(), |kept| {
                format!(" (as it was: {})", kept.display())
            });
            print(&printable_line(&format!(
                "{name}: added to {}{kept}; programs use it with AWS_PROFILE={name}",
                path.display()
            )))
        }
    }
}

fn printable_line(text: &str) -> String {
    format!("{}\n", printable(text))
}

fn profile_for_programs(
    env: &Environment,
    choice: &SetupChoice,
    settings: &Settings,
    files: &Profiles,
) -> Result<ProgramProfile> {
    let Some(of) = settings.chain.first() else {
        return Err(Error::new(
            "there is no profile to set up",
            format!("the keys are those of {}", settings.profile.origin),
            "name one: mfaexec setup credential-process -p NAME",
        ));
    };
    if let Some(line) = settings.program().and_then(|program| program.command())
        && shlex::split(line)
            .is_some_and(|words| words.get(1).is_some_and(|word| word == SUBCOMMAND))
    {
        return Err(Error::new(
            format!("profile {of} gets its keys from mfaexec already"),
            format!("its program is {line}"),
            format!("use it: AWS_PROFILE={of}"),
        ));
    }
    let own = lookup::lasting_path(&exec::own_path(), env);
    let program = [own.as_str(), SUBCOMMAND, "-p", of];
    let region = settings.endpoints.region.as_ref();
    let region = region.filter(|region| matches!(region.origin, Origin::Profile(_)));
    let name = choice.name.clone();
    let name = name.unwrap_or_else(|| name_for_programs(of));
    let region = region.map(|region| &*region.value);
    files.for_programs(&settings.chain, &name, &program, region)
}

/// What a program runs of mfaexec.
const SUBCOMMAND: &str = "credential-process";
/// The profile of programs that are told none.
const TOLD_NONE: &str = "default";

/// What comes before the profile in some programs.
fn tell_rest(env: &Environment, made: &ProgramProfile, files: &Profiles, ui: Ui) {
    let name = &made.name;
    if let Ok(Some(default)) = files.get(TOLD_NONE)
        && let Some(place) = default.place_of_key()
    {
        ui.notice(&format!(
            "programs that are told no profile use the key of [default] ({place}), without MFA, in \
             the AWS CLI and in all SDKs: tell them AWS_PROFILE={name}"
        ));
    }
    if env.text("AWS_ACCESS_KEY_ID").is_some() {
        ui.notice(&format!(
            "AWS_ACCESS_KEY_ID is set: it comes before AWS_PROFILE={name} in the AWS CLI and in the \
             SDKs, except in that for JavaScript"
        ));
    }
}
