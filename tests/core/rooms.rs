//! The rooms of `src/`: imports go with the flow, and no files import each other in a circle.
//!
//! The order of the rooms is that of the `pub mod` lines of `src/lib.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

/// A module as its path from the crate's root: `["map", "explain"]`.
type Module = Vec<String>;

#[test]
fn no_room_imports_from_a_later_one() {
    let order = rooms();
    let position = |module: &Module| order.iter().position(|room| *room == module[0]).unwrap();
    let backwards: Vec<String> = imports()
        .iter()
        .filter(|(from, to)| position(to) > position(from))
        .map(|(from, to)| format!("{} imports {}", from.join("/"), to.join("/")))
        .collect();
    assert!(backwards.is_empty(), "against the order of src/lib.rs:\n{}", backwards.join("\n"));
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let mut targets: BTreeMap<Module, BTreeSet<Module>> = BTreeMap::new();
    for (from, to) in imports() {
        targets.entry(from).or_default().insert(to);
    }
    // A file that imports nothing which is left is in no circle; what stays at the end is.
    loop {
        let left: BTreeSet<Module> = targets.keys().cloned().collect();
        targets.values_mut().for_each(|to| to.retain(|module| left.contains(module)));
        let before = targets.len();
        targets.retain(|_, to| !to.is_empty());
        if targets.len() == before {
            break;
        }
    }
    assert!(targets.is_empty(), "{}", circle(&targets));
}

/// A circle among modules that each import another of them: follows the first import of each until one comes again.
fn circle(targets: &BTreeMap<Module, BTreeSet<Module>>) -> String {
    let mut way: Vec<&Module> = targets.keys().take(1).collect();
    while let Some(next) = way.last().and_then(|module| targets[*module].first()) {
        let seen = way.iter().position(|module| *module == next);
        way.push(next);
        if let Some(start) = seen {
            way.drain(..start);
            break;
        }
    }
    way.iter().map(|module| module.join("/")).collect::<Vec<_>>().join(" imports ")
}

#[test]
fn every_room_is_told_of_in_the_layout_of_the_library() {
    let library = fs::read_to_string("src/lib.rs").unwrap();
    for room in rooms() {
        assert!(
            library.replace(['[', ']'], "").contains(&format!("//! * `{room}`")),
            "src/lib.rs says nothing of {room}"
        );
    }
}

#[test]
fn only_its_own_folder_names_a_product() {
    static PRODUCT: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?i)deep.?security|trend.?(micro|ai)|\bapex|(^|[^.\w])DS_").unwrap());
    /// What user.ini's reader, the made-up logs and the list of log types say is theirs to say.
    const EXEMPT: [&str; 3] = ["config", "generate", "log_types"];
    // What the page says and offers is help and examples.
    const EXAMPLES: [&str; 2] = ["cli", "playground"];
    let named: Vec<String> = files()
        .iter()
        .filter(|(module, _)| {
            let is_exempt =
                EXEMPT.contains(&module[0].as_str()) || module.starts_with(&EXAMPLES.map(str::to_owned));
            !is_exempt || module.as_slice() == ["log_types", "event"]
        })
        .flat_map(|(module, text)| {
            // A comment may say where a rule was seen, and the comments of arguments are help texts.
            let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            code.filter(|line| PRODUCT.is_match(line))
                .map(|line| format!("{}: {}", module.join("/"), line.trim()))
        })
        .collect();
    assert!(named.is_empty(), "ask the profile of the section instead:\n{}", named.join("\n"));
}

/// The rooms in the order of `src/lib.rs`.
fn rooms() -> Vec<String> {
    static MODULE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?m)^pub(?:\(crate\))? mod (\w+);").unwrap());
    let library = fs::read_to_string("src/lib.rs").unwrap();
    MODULE.captures_iter(&library).map(|captures| captures[1].to_owned()).collect()
}

/// Which module imports which: `use` items, and paths from the crate's root inside of the code.
fn imports() -> BTreeSet<(Module, Module)> {
    static USE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"(?m)^\s*(?:pub(?:\([^)]*\))? )?use ([^;]*);").unwrap());
    static INLINE: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"\bcrate((?:::\w+)+)").unwrap());
    let files = files();
    let mut found = BTreeSet::new();
    for (module, text) in &files {
        // Tests inside of a file see what they like.
        let text = text.split_once("#[cfg(test)]\nmod ").map_or(text.as_str(), |(code, _)| code);
        let mut paths = Vec::new();
        for item in USE.captures_iter(text) {
            paths.extend(flat(&item[1]));
        }
        let code: String = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        paths.extend(INLINE.captures_iter(&code).map(|path| segments(&format!("crate{}", &path[1]))));
        for path in paths {
            let Some(absolute) = absolute(module, &path) else { continue };
            let target = (1..=absolute.len()).rev().find_map(|length| {
                let module = absolute[..length].to_vec();
                files.contains_key(&module).then_some(module)
            });
            if let Some(target) = target.filter(|target| target != module) {
                found.insert((module.clone(), target));
            }
        }
    }
    found
}

/// The paths of a `use` tree: `a::{b, c::d}` gives `a::b` and `a::c::d`.
fn flat(tree: &str) -> Vec<Vec<String>> {
    let tree = tree.trim();
    let Some((prefix, group)) = tree.split_once('{') else { return vec![segments(tree)] };
    let group = group.trim_end().trim_end_matches('}');
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&group[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&group[start..]);
    let parts = parts.into_iter().filter(|part| !part.trim().is_empty());
    parts.flat_map(|part| flat(&format!("{prefix}{}", part.trim()))).collect()
}

fn segments(path: &str) -> Vec<String> {
    let path = path.split(" as ").next().unwrap_or_default();
    path.split("::").map(|segment| segment.trim().to_owned()).filter(|segment| !segment.is_empty()).collect()
}

/// A path of this crate from its root; nothing for other crates.
fn absolute(module: &Module, path: &[String]) -> Option<Module> {
    let (first, rest) = path.split_first()?;
    let base = match first.as_str() {
        "crate" => &[],
        "self" => module.as_slice(),
        "super" => module.split_last()?.1,
        _ => return None,
    };
    Some(base.iter().chain(rest).cloned().collect())
}

/// The modules under `src/`, but for the binaries and the root.
fn files() -> BTreeMap<Module, String> {
    fn walk(folder: &Path, found: &mut BTreeMap<Module, String>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
                continue;
            }
            let mut module: Module = path
                .strip_prefix("src")
                .unwrap()
                .with_extension("")
                .iter()
                .map(|part| part.to_string_lossy().into_owned())
                .collect();
            if module.last().is_some_and(|name| name == "mod") {
                module.pop();
            }
            if module[0] != "bin" && module[0] != "lib" {
                found.insert(module, fs::read_to_string(&path).unwrap());
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(Path::new("src"), &mut found);
    found
}
