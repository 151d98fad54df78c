//! `mfaexec setup credential-process`: the lines of a profile with which other programs get their
//! session from mfaexec, printed or written to the config file.

use std::ffi::OsStr;
use std::path::Path;

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
    match choice.write {
        false => print_lines(env, choice, &settings, ui),
        true => write_lines(env, choice, &settings, ui),
    }
}

fn print_lines(env: &Environment, choice: &SetupChoice, settings: &Settings, ui: Ui) -> Result<()> {
    let files = Profiles::parse(config_files::read(env)?)?;
    let made = profile_for_programs(env, choice, settings, &files)?;
    // A second section of that name would make the file unreadable for the AWS CLI.
    let is_there = files.get(&made.name)?.is_some();
    let program = made.lines.lines().filter(|line| line.starts_with(PROGRAM));
    match is_there {
        true => print(&program.map(|line| format!("{line}\n")).collect::<String>())?,
        false => print(&made.lines)?,
    }
    tell_rest(env, &made, &files, ui);
    ui.notice(&match &made.edit {
        Err(place) => format!("the profile is there already ({place})"),
        Ok(_) => {
            let of = shlex::try_quote(&settings.profile.value).unwrap_or_default();
            let what = match is_there {
                true => format!("add this line to the profile {} in", made.name),
                false => "add these lines to".to_owned(),
            };
            format!(
                "{what} {}, or let mfaexec do so: mfaexec setup credential-process -p \
                 {of} --as {} --write",
                config_path(env)?.display(),
                made.name
            )
        }
    });
    Ok(())
}

fn write_lines(env: &Environment, choice: &SetupChoice, settings: &Settings, ui: Ui) -> Result<()> {
    // From here on, no other mfaexec changes the file.
    let file = Replacing::begin(&config_path(env)?).map_err(by_hand)?;
    let files = Profiles::parse(config_files::read(env)?)?;
    let made = profile_for_programs(env, choice, settings, &files)?;
    let name = &made.name;
    let done = match &made.edit {
        Err(place) => format!("{name}: it is there already ({place})"),
        Ok(edit) => {
            let content = edit.apply(&file.content);
            let kept = file.replace(&content).map_err(by_hand)?;
            let kept = kept.map_or(String::new(), |kept| {
                format!(" (as it was: {})", kept.display())
            });
            let path = config_path(env)?;
            let path = path.display();
            format!("{name}: added to {path}{kept}; programs use it with AWS_PROFILE={name}")
        }
    };
    tell_rest(env, &made, &files, ui);
    print(&format!("{}\n", printable(&done)))
}

/// The lines can be put into a file that mfaexec cannot change.
fn by_hand(error: Error) -> Error {
    error.with_remedy("run it without --write, and put the lines that it prints in the file")
}

/// Whether a program's line runs mfaexec in this way.
fn is_own(line: &str) -> bool {
    let words = shlex::split(line).unwrap_or_default();
    let is_mfaexec = |path: &String| Path::new(path).file_name() == Some(OsStr::new("mfaexec"));
    matches!(&words[..], [path, word, ..] if is_mfaexec(path) && word == SUBCOMMAND)
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
    if let Some(program) = settings.program()
        && program.command().is_some_and(is_own)
    {
        return Err(Error::new(
            format!("profile {of} gets its keys from mfaexec already"),
            format!("its credential_process runs it ({})", program.place),
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

/// The setting that has the program.
const PROGRAM: &str = "credential_process";
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
             the AWS CLI and in the SDKs: tell them AWS_PROFILE={name}"
        ));
    }
    if env.text("AWS_ACCESS_KEY_ID").is_some() {
        ui.notice(&format!(
            "AWS_ACCESS_KEY_ID is set: it comes before AWS_PROFILE={name} in the AWS CLI and in the \
             SDKs, except in that for JavaScript"
        ));
    }
}
