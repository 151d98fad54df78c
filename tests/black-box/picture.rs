//! The picture of the README: the story of the demo, typed at a real terminal, and what the terminal
//! shows drawn as SVG. `tests/screens` draws it anew; here it is held against a run of this day.

use std::fmt::Write as _;
use std::fs;

use crate::examples::{path, reader};
use crate::pages_screens::{answer, person_at, with_example_times};
use crate::screen::Screen;
use crate::skipping::needs;

/// As many that the error of the AWS CLI breaks between two words.
const COLUMNS: u32 = 94;

#[test]
fn the_picture_shows_what_a_user_sees() {
    needs!("tmux", "bash");
    let world = reader();
    let screen = person_at(&world, COLUMNS);
    screen.run("# The access key alone can do nothing:", "$");
    screen.run("aws ec2 describe-regions --profile testuser", "$");
    screen.run("# With a code from the phone it works:", "$");
    let regions = "mfaexec -p testuser -- aws ec2 describe-regions | grep RegionName";
    screen.line(regions);
    answer(&screen, &world.code());
    screen.ends_with("$");
    screen.run("# From now on, nothing is asked:", "$");
    screen.run(&regions.replace("grep", "grep -c"), "$");
    screen.run("mfaexec status", "$");
    screen.run("# And this shell has no session:", "$");
    screen.run("env | grep -c AWS_SESSION_TOKEN", "$");
    let lines = lines(&screen);
    for theme in [&LIGHT, &DARK] {
        check(theme, &lines);
    }
}

/// A character of the screen, and how it looks.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Cell {
    character: char,
    look: Look,
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Look {
    bold: bool,
    dim: bool,
    /// One of the eight colours of a terminal.
    colour: Option<u8>,
}

/// What the screen shows, with the times of the pages instead of today's.
fn lines(screen: &Screen<'_>) -> Vec<Vec<Cell>> {
    let text = screen.coloured();
    let lines = text.trim_end().lines().map(|line| {
        let cells = cells(line);
        let shown: String = cells.iter().map(|cell| cell.character).collect();
        let shown = shown.trim_end();
        let wanted = with_example_times(shown);
        let wanted: Vec<char> = wanted.trim_end().chars().collect();
        restyled(&cells[..shown.chars().count()], &wanted)
    });
    lines.collect()
}

/// The looks of the old characters on the new ones: by what is the same at the beginning, then from the
/// end.
fn restyled(old: &[Cell], new: &[char]) -> Vec<Cell> {
    let same = |(cell, c): &(&Cell, &char)| cell.character == **c;
    let start = old.iter().zip(new).take_while(same).count();
    let look = |at: usize| {
        let from_end = (at + old.len()).saturating_sub(new.len());
        let at = if at < start { at } else { from_end };
        old.get(at).map_or(Look::default(), |cell| cell.look)
    };
    let cells = new.iter().enumerate();
    let cells = cells.map(|(at, character)| Cell {
        character: *character,
        look: look(at),
    });
    cells.collect()
}

/// A line with escape sequences for colours, as tmux prints them.
fn cells(line: &str) -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut look = Look::default();
    let mut rest = line;
    while let Some(character) = rest.chars().next() {
        if let Some(escape) = rest.strip_prefix("\u{1b}[") {
            let (codes, after) = escape.split_once('m').expect("a colour");
            for code in codes.split(';') {
                match code.parse().unwrap_or(0) {
                    0 => look = Look::default(),
                    1 => look.bold = true,
                    2 => look.dim = true,
                    code @ 30..=37 => look.colour = Some(code - 30),
                    code @ 90..=97 => look.colour = Some(code - 90),
                    39 => look.colour = None,
                    other => panic!("how does {other} look?"),
                }
            }
            rest = after;
        } else {
            cells.push(Cell { character, look });
            rest = &rest[character.len_utf8()..];
        }
    }
    cells
}

/// A picture of its own for light and for dark pages: an image in a page does not know the page's
/// colours.
struct Theme {
    name: &'static str,
    paper: &'static str,
    border: &'static str,
    ink: &'static str,
    typed: &'static str,
    remark: &'static str,
    /// Red, green, yellow, as terminals number them from one on.
    colours: [&'static str; 3],
}

const LIGHT: Theme = Theme {
    name: "light",
    paper: "#ffffff",
    border: "#d0d7de",
    ink: "#424a53",
    typed: "#0b1f3a",
    remark: "#6e7781",
    colours: ["#cf222e", "#116329", "#7d4e00"],
};

const DARK: Theme = Theme {
    name: "dark",
    paper: "#0d1117",
    border: "#30363d",
    ink: "#b6c2cf",
    typed: "#f0f6fc",
    remark: "#8b949e",
    colours: ["#ff7b72", "#7ee787", "#e3b341"],
};

/// In pixels: a character, a line, the border around the text, and the bar above it.
const WIDTH: f64 = 8.4;
const HEIGHT: usize = 20;
const MARGIN: usize = 16;
const BAR: usize = 32;

fn draw(theme: &Theme, lines: &[Vec<Cell>]) -> String {
    let width = (f64::from(COLUMNS) * WIDTH) as usize + 2 * MARGIN;
    let height = BAR + lines.len() * HEIGHT + MARGIN;
    let Theme {
        paper, border, ink, ..
    } = theme;
    let [red, green, yellow] = theme.colours;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\" xml:space=\"preserve\">\n\
         <title>mfaexec in a terminal</title>\n\
         <style>\n\
         text {{ font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, \"Liberation Mono\", \
         monospace; fill: {ink} }}\n\
         .typed {{ fill: {}; font-weight: 600 }}\n\
         .remark {{ fill: {} }}\n\
         .bold {{ font-weight: 600 }}\n\
         .red {{ fill: {red} }}\n.green {{ fill: {green} }}\n.yellow {{ fill: {yellow} }}\n\
         </style>\n\
         <rect x=\"0.5\" y=\"0.5\" width=\"{}\" height=\"{}\" rx=\"8\" fill=\"{paper}\" \
         stroke=\"{border}\"/>\n",
        theme.typed,
        theme.remark,
        width - 1,
        height - 1,
    );
    for dot in 0..3 {
        let x = MARGIN + 4 + dot * 18;
        writeln!(
            svg,
            "<circle cx=\"{x}\" cy=\"16\" r=\"5\" fill=\"{border}\"/>"
        )
        .unwrap();
    }
    for (number, line) in lines.iter().enumerate() {
        draw_line(&mut svg, BAR + 14 + number * HEIGHT, line);
    }
    svg + "</svg>\n"
}

/// One element for each run of characters that look alike, at its place and as wide as it is on the
/// terminal, whatever font the reader has.
fn draw_line(svg: &mut String, y: usize, line: &[Cell]) {
    let shown: String = line.iter().map(|cell| cell.character).collect();
    let class_at = |at: usize| match (shown.strip_prefix("$ "), line[at].look) {
        (Some(typed), _) if typed.starts_with('#') => "remark",
        (Some(_), _) if at >= 2 => "typed",
        (Some(_), _) => "remark",
        (_, Look { dim: true, .. }) => "remark",
        (_, look) => match look.colour {
            Some(1) => "red",
            Some(2) => "green",
            Some(3) => "yellow",
            _ if look.bold => "bold",
            _ => "",
        },
    };
    let mut at = 0;
    while at < line.len() {
        let class = class_at(at);
        let end = (at..line.len()).find(|next| class_at(*next) != class);
        let end = end.unwrap_or(line.len());
        let text: String = line[at..end].iter().map(|cell| cell.character).collect();
        let blanks = text.len() - text.trim_start().len();
        let text = text.trim();
        if !text.is_empty() {
            let x = MARGIN as f64 + (at + blanks) as f64 * WIDTH;
            let length = text.chars().count() as f64 * WIDTH;
            let class = match class {
                "" => String::new(),
                class => format!(" class=\"{class}\""),
            };
            let text = text
                .replace('&', "&amp;")
                .replace('<', "&lt;")
                .replace('>', "&gt;");
            writeln!(
                svg,
                "<text x=\"{x:.1}\" y=\"{y}\" textLength=\"{length:.1}\"{class}>{text}</text>"
            )
            .unwrap();
        }
        at = end;
    }
}

fn check(theme: &Theme, lines: &[Vec<Cell>]) {
    let file = path(&format!("docs/picture-{}.svg", theme.name));
    let drawn = draw(theme, lines);
    if std::env::var_os("MFAEXEC_BLESS").is_some() {
        fs::write(&file, &drawn).unwrap();
    }
    let committed = fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(committed, drawn, "tests/screens draws the picture anew");
}

#[test]
fn looks_stay_where_they_were() {
    let old = cells("a \u{1b}[33m17:23\u{1b}[0m b");
    let new: Vec<char> = "a 9:00 b".chars().collect();
    let restyled = restyled(&old, &new);
    let yellow = restyled.iter().filter(|cell| cell.look.colour == Some(3));
    assert_eq!(
        yellow.map(|cell| cell.character).collect::<String>(),
        "9:00"
    );
}
