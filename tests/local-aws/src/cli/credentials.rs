//! Where the client's keys come from: the environment, then a profile of the shared files, in the
//! order of the AWS CLI. An explicit `--profile` makes the file win.

use std::collections::BTreeMap;
use std::env;
use std::path::PathBuf;

use super::Failure;

pub(crate) struct Credentials {
    pub(crate) key_id: String,
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
}

/// A variable that is set to something.
pub(crate) fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

/// The keys, and the Region of the profile if it names one.
pub(crate) fn find(explicit: Option<&str>) -> Result<(Credentials, Option<String>), Failure> {
    let name = explicit
        .map(str::to_owned)
        .or_else(|| variable("AWS_PROFILE"))
        .unwrap_or_else(|| "default".to_owned());
    let profile = read_profile(&name);
    let region = profile
        .as_ref()
        .and_then(|settings| settings.get("region").cloned());
    if explicit.is_none()
        && let Some(credentials) = from_environment()
    {
        return Ok((credentials, region));
    }
    let Some(settings) = profile else {
        if name == "default" {
            return Err(nothing());
        }
        return Err(Failure::new(
            255,
            format!("\nThe config profile ({name}) could not be found"),
        ));
    };
    let setting = |key: &str| settings.get(key).cloned();
    match (
        setting("aws_access_key_id"),
        setting("aws_secret_access_key"),
    ) {
        (Some(key_id), Some(secret)) => Ok((
            Credentials {
                key_id,
                secret,
                token: setting("aws_session_token"),
            },
            region,
        )),
        _ => Err(nothing()),
    }
}

fn from_environment() -> Option<Credentials> {
    Some(Credentials {
        key_id: variable("AWS_ACCESS_KEY_ID")?,
        secret: variable("AWS_SECRET_ACCESS_KEY")?,
        token: variable("AWS_SESSION_TOKEN"),
    })
}

fn nothing() -> Failure {
    Failure::new(
        253,
        "\nUnable to locate credentials. You can configure credentials by running \"aws configure\".",
    )
}

/// The settings of a profile from both files; the credentials file wins.
pub(crate) fn read_profile(name: &str) -> Option<BTreeMap<String, String>> {
    let config_section = if name == "default" {
        name.to_owned()
    } else {
        format!("profile {name}")
    };
    let config = section(&file("AWS_CONFIG_FILE", "config"), &config_section);
    let credentials = section(&file("AWS_SHARED_CREDENTIALS_FILE", "credentials"), name);
    if config.is_none() && credentials.is_none() {
        return None;
    }
    let mut settings = config.unwrap_or_default();
    settings.extend(credentials.unwrap_or_default());
    Some(settings)
}

fn file(name: &str, usual: &str) -> String {
    // A missing file has no profiles.
    std::fs::read_to_string(path_of(name, usual)).unwrap_or_default()
}

/// One of the two files: where a variable says, or below the home directory.
pub(crate) fn path_of(name: &str, usual: &str) -> PathBuf {
    let home = PathBuf::from(variable("HOME").unwrap_or_default());
    variable(name).map_or_else(|| home.join(".aws").join(usual), PathBuf::from)
}

fn section(text: &str, wanted: &str) -> Option<BTreeMap<String, String>> {
    let mut settings = None;
    let mut inside = false;
    for line in text.lines().map(str::trim) {
        if let Some(header) = line
            .strip_prefix('[')
            .and_then(|line| line.split(']').next())
        {
            inside = header.split_whitespace().eq(wanted.split_whitespace());
            if inside {
                settings.get_or_insert_with(BTreeMap::new);
            }
        } else if !line.starts_with(['#', ';'])
            && inside
            && let (Some((key, value)), Some(settings)) = (line.split_once('='), &mut settings)
        {
            settings.insert(key.trim().to_ascii_lowercase(), value.trim().to_owned());
        }
    }
    settings
}

#[cfg(test)]
mod tests {
    use super::section;

    #[test]
    fn sections() {
        let text = "[a]\nx = 1\n# x = 2\n[ profile  b ]\nX=3\ny = p=q\n[a]\nz=4\n";
        let a = section(text, "a").unwrap();
        assert_eq!((a["x"].as_str(), a["z"].as_str(), a.len()), ("1", "4", 2));
        let b = section(text, "profile b").unwrap();
        assert_eq!((b["x"].as_str(), b["y"].as_str()), ("3", "p=q"));
        assert!(section(text, "c").is_none());
    }
}
