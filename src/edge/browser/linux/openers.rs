//! Programs that open a browser.

use std::process::Command;

use crate::edge::process::lookup;
use crate::model::environment::Environment;

/// What represents the link in BROWSER.
const LINK: &str = "%s";

/// Commands that open the link, the first to be tried first: those of BROWSER, then what the desktop
/// has. As all helpers, they are looked for in absolute directories only.
pub(crate) fn commands(link: &str, env: &Environment) -> Vec<Command> {
    let browser = env.text("BROWSER").unwrap_or_default();
    let own = browser.split(':').filter_map(|line| of_line(line, link));
    let own: Vec<Vec<String>> = own.collect();
    let of_desktop = open::commands(link).into_iter().map(|command| {
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        words
            .map(|word| word.to_string_lossy().into_owned())
            .collect()
    });
    own.into_iter()
        .chain(of_desktop)
        .filter_map(|words: Vec<String>| {
            let (name, args) = words.split_first()?;
            let mut command = Command::new(lookup::find(name, env).ok()?);
            command.args(args);
            Some(command)
        })
        .collect()
}

/// A line of BROWSER: the link is where `%s` is, else at the end.
fn of_line(line: &str, link: &str) -> Option<Vec<String>> {
    let mut words = shlex::split(line).filter(|words| !words.is_empty())?;
    if words.iter().any(|word| word.contains(LINK)) {
        words = words.iter().map(|word| word.replace(LINK, link)).collect();
    } else {
        words.push(link.to_owned());
    }
    Some(words)
}

/// Whether a window would be seen. Without a display the programs of the desktop start a browser for
/// terminals, which cannot show the console.
pub(crate) fn can_be_seen(env: &Environment) -> bool {
    const SIGNS: [&str; 4] = ["DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "WSL_DISTRO_NAME"];
    SIGNS.iter().any(|name| env.text(name).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_browser_says_where_the_link_is() {
        let words = |line| of_line(line, "http://x/").unwrap_or_default();
        assert_eq!(words("firefox"), ["firefox", "http://x/"]);
        assert_eq!(words("b --url=%s -n"), ["b", "--url=http://x/", "-n"]);
        assert_eq!(words("'my browser' -n"), ["my browser", "-n", "http://x/"]);
        assert!(of_line(" ", "x").is_none() && of_line("'", "x").is_none());
    }

    #[test]
    fn programs_of_the_working_directory_are_not_found() {
        let env = Environment::new(vec!["PATH=.:".into(), "BROWSER=./b:sh".into()]);
        assert!(commands("x", &env).is_empty());
        let env = Environment::new(vec!["PATH=/bin".into(), "BROWSER=./b:sh -c".into()]);
        let found: Vec<_> = commands("x", &env);
        assert_eq!(found[0].get_program(), "/bin/sh");
    }
}
