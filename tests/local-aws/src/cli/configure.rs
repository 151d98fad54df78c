//! `aws configure`, as far as the story needs it: four questions, and a new profile.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use super::Failure;
use super::credentials::{path_of, read_profile};

/// The questions of the AWS CLI, and what the answers are called.
const QUESTIONS: [(&str, &str); 4] = [
    ("AWS Access Key ID", "aws_access_key_id"),
    ("AWS Secret Access Key", "aws_secret_access_key"),
    ("Default region name", "region"),
    ("Default output format", "output"),
];
/// How many of them the credentials file has.
const CREDENTIALS: usize = 2;

pub(crate) fn run(profile: Option<&str>) -> Result<(), Failure> {
    let name = profile.unwrap_or("default");
    if read_profile(name).is_some() {
        return Err(Failure::new(
            255,
            format!("local-aws: there is a profile {name}, and this client changes none"),
        ));
    }
    let mut answers = Vec::new();
    for (question, setting) in QUESTIONS {
        let mut stdout = io::stdout();
        write!(stdout, "{question} [None]: ")?;
        stdout.flush()?;
        let mut answer = String::new();
        io::stdin().read_line(&mut answer)?;
        answers.push((setting, answer.trim().to_owned()));
    }
    let (credentials, config) = answers.split_at(CREDENTIALS);
    let in_config = match name {
        "default" => name.to_owned(),
        _ => format!("profile {name}"),
    };
    let credentials_file = path_of("AWS_SHARED_CREDENTIALS_FILE", "credentials");
    append(&credentials_file, name, credentials)?;
    append(&path_of("AWS_CONFIG_FILE", "config"), &in_config, config)
}

/// A section at the end of a file, which only the user can read.
fn append(path: &Path, section: &str, settings: &[(&str, String)]) -> Result<(), Failure> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    let mut text = format!("[{section}]\n");
    for (name, value) in settings.iter().filter(|(_, value)| !value.is_empty()) {
        text += &format!("{name} = {value}\n");
    }
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path);
    Ok(file?.write_all(text.as_bytes())?)
}
