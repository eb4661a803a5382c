//! [`List`]: the list of routines as it is written.
//!
//! A line is a record: a keyword, fields, and a last field that goes to the end of the line. What a list may
//! say is checked when it is read, so that what comes after need not.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use crate::prototype::Prototype;

/// A version of OpenSHMEM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    /// Its first number.
    pub major: u8,
    /// Its second number.
    pub minor: u8,
}

impl FromStr for Version {
    type Err = String;

    fn from_str(text: &str) -> Result<Version, String> {
        let version = text.split_once('.').and_then(|(major, minor)| {
            Some(Version { major: major.parse().ok()?, minor: minor.parse().ok()? })
        });
        version.ok_or_else(|| format!("{text:?} is no version, such as 1.5"))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.major, self.minor)
    }
}

/// A member of a family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// What stands for it in names of routines.
    pub name: String,
    /// Its type; a size has none.
    pub c_type: Option<String>,
}

/// A family of types or sizes.
pub type Family = Vec<Member>;

/// Who has a routine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The specification.
    Specification,
    /// Other implementations, and so programs.
    Others,
}

/// A routine, or one for each member of a family.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// Who has it.
    pub source: Source,
    /// The version that it came with.
    pub since: Version,
    /// The version that deprecated it.
    pub deprecated: Option<Version>,
    /// The version since which it takes a context.
    pub ctx: Option<Version>,
    /// The name of its type-generic interface.
    pub generic: Option<String>,
    /// The family that it is written for.
    pub family: Option<String>,
    /// Its declaration, with `{N}` and `{T}` for name and type of a member.
    pub prototype: Prototype,
}

/// An integer or string constant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Constant {
    /// The version that it came with.
    pub since: Version,
    /// The version that deprecated it.
    pub deprecated: Option<Version>,
    /// Its name.
    pub name: String,
    /// Its value here, as C has it.
    pub value: String,
}

/// A constant of a type of handles.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Handle {
    /// The version that it came with.
    pub since: Version,
    /// Its name.
    pub name: String,
    /// Its type.
    pub c_type: String,
    /// Its number here.
    pub value: u32,
}

/// A variable of the environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// The version that it came with.
    pub since: Version,
    /// The version that deprecated it.
    pub deprecated: Option<Version>,
    /// Its name.
    pub name: String,
    /// What it holds: `flag` or `size`.
    pub kind: String,
}

/// What a list says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// Families by name.
    pub families: BTreeMap<String, Family>,
    /// Routines, in the order of the list.
    pub calls: Vec<Call>,
    /// Constants, in the order of the list.
    pub constants: Vec<Constant>,
    /// Constants of types of handles.
    pub handles: Vec<Handle>,
    /// Types of handles.
    pub opaques: Vec<String>,
    /// Structures: names and fields.
    pub structs: Vec<(String, Vec<String>)>,
    /// Headers that must exist.
    pub headers: Vec<String>,
    /// Variables of the environment.
    pub environment: Vec<Variable>,
}

/// A line that says nothing that a list may say.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {problem}")]
pub struct ListError {
    /// Its number, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub problem: String,
}

impl List {
    /// Reads a list.
    ///
    /// # Errors
    /// [`ListError`] for the first line that is wrong.
    pub fn parse(text: &str) -> Result<List, ListError> {
        let mut list = List::default();
        for (index, line) in text.lines().enumerate() {
            if !line.starts_with('#') && !line.trim().is_empty() {
                let read = list.read(&mut Fields(line));
                read.map_err(|problem| ListError { line: index + 1, problem })?;
            }
        }
        Ok(list)
    }

    fn read(&mut self, fields: &mut Fields<'_>) -> Result<(), String> {
        match fields.next("a keyword")? {
            "types" => {
                let name = fields.next("the name of a family")?.to_owned();
                let members = fields.rest("members")?.split(',').map(str::trim);
                self.families.insert(name, members.map(member).collect());
            }
            "call" => self.read_call(Source::Specification, fields)?,
            "also" => self.read_call(Source::Others, fields)?,
            "constant" => self.constants.push(Constant {
                since: fields.version()?,
                deprecated: fields.version_or_none()?,
                name: fields.next("a name")?.to_owned(),
                value: fields.rest("a value")?.to_owned(),
            }),
            "handle" => {
                let (since, _) = (fields.version()?, fields.version_or_none()?);
                let name = fields.next("a name")?.to_owned();
                let c_type = fields.next("a type of handles")?.to_owned();
                if !self.opaques.contains(&c_type) {
                    return Err(format!("{c_type:?} is no type of handles"));
                }
                let value = fields.rest("a number")?;
                let value = value.parse().map_err(|_| format!("{value:?} is no number"))?;
                self.handles.push(Handle { since, name, c_type, value });
            }
            "opaque" => {
                fields.version()?;
                self.opaques.push(fields.rest("a name")?.to_owned());
            }
            "struct" => {
                fields.version()?;
                let name = fields.next("a name")?.to_owned();
                let members = fields.rest("fields")?.split(';');
                self.structs.push((name, members.map(|field| field.trim().to_owned()).collect()));
            }
            "header" => {
                let (_, _) = (fields.version()?, fields.version_or_none()?);
                self.headers.push(fields.rest("a name")?.to_owned());
            }
            "environment" => self.environment.push(Variable {
                since: fields.version()?,
                deprecated: fields.version_or_none()?,
                name: fields.next("a name")?.to_owned(),
                kind: fields.rest("a kind")?.to_owned(),
            }),
            other => return Err(format!("{other:?} is no keyword")),
        }
        Ok(())
    }

    fn read_call(&mut self, source: Source, fields: &mut Fields<'_>) -> Result<(), String> {
        let call = Call {
            source,
            since: fields.version()?,
            deprecated: fields.version_or_none()?,
            ctx: fields.version_or_none()?,
            generic: fields.name_or_none("the name of a generic")?,
            family: fields.name_or_none("the name of a family")?,
            prototype: Prototype::parse(fields.rest("a prototype")?)?,
        };
        match &call.family {
            None if call.prototype.mentions("{") => {
                return Err("it has a member's name or type, but no family".to_owned());
            }
            None => {}
            Some(name) => {
                let family = self.families.get(name);
                let family = family.ok_or_else(|| format!("there is no family {name:?} yet"))?;
                if !call.prototype.name.contains("{N}") {
                    return Err("all members of the family would have one name".to_owned());
                }
                let has_sizes = family.iter().any(|member| member.c_type.is_none());
                if has_sizes && call.prototype.mentions("{T}") {
                    return Err(format!("the sizes of family {name:?} have no types"));
                }
            }
        }
        if call.generic.is_some() && call.selecting().is_none() {
            return Err("it has no parameter by which a generic could choose".to_owned());
        }
        if call.ctx.is_some() && !call.prototype.name.starts_with("shmem_") {
            return Err("only names with shmem_ in front have contexts".to_owned());
        }
        self.calls.push(call);
        Ok(())
    }
}

fn member(text: &str) -> Member {
    match text.split_once('=') {
        Some((name, c_type)) => Member { name: name.to_owned(), c_type: Some(c_type.to_owned()) },
        None => Member { name: text.to_owned(), c_type: None },
    }
}

/// What is left of a line.
struct Fields<'a>(&'a str);

impl<'a> Fields<'a> {
    fn next(&mut self, what: &str) -> Result<&'a str, String> {
        let text = self.0.trim_start();
        let (field, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        self.0 = rest;
        if field.is_empty() { Err(format!("{what} is missing")) } else { Ok(field) }
    }

    fn rest(&mut self, what: &str) -> Result<&'a str, String> {
        let rest = std::mem::take(&mut self.0).trim();
        if rest.is_empty() { Err(format!("{what} is missing")) } else { Ok(rest) }
    }

    fn version(&mut self) -> Result<Version, String> {
        self.next("a version")?.parse()
    }

    fn version_or_none(&mut self) -> Result<Option<Version>, String> {
        match self.next("a version, or `-`")? {
            "-" => Ok(None),
            version => version.parse().map(Some),
        }
    }

    fn name_or_none(&mut self, what: &str) -> Result<Option<String>, String> {
        let name = self.next(what)?;
        Ok((name != "-").then(|| name.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_is_wrong_is_named() {
        let error = |text: &str| List::parse(text).expect_err("is wrong").to_string();
        for (text, problem) in [
            ("# good\n\ncal 1.0", "line 3: \"cal\" is no keyword"),
            ("call", "line 1: a version is missing"),
            ("call 1 - - - - void f(void)", "line 1: \"1\" is no version, such as 1.5"),
            ("call 1.0 - - - -", "line 1: a prototype is missing"),
            ("call 1.0 - - - x void f(void)", "line 1: there is no family \"x\" yet"),
            (
                "call 1.0 - - - - void f_{N}(void)",
                "line 1: it has a member's name or type, but no family",
            ),
            (
                "types x a=int\ncall 1.0 - - - x void f({T} x)",
                "line 2: all members of the family would have one name",
            ),
            (
                "types x 8, 16\ncall 1.0 - - - x void f{N}({T} x)",
                "line 2: the sizes of family \"x\" have no types",
            ),
            (
                "call 1.0 - 1.4 - - void f(void)",
                "line 1: only names with shmem_ in front have contexts",
            ),
            (
                "types x 8\ncall 1.0 - - shmem_f x void f{N}(void *x)",
                "line 2: it has no parameter by which a generic could choose",
            ),
            ("handle 1.0 - N t 1", "line 1: \"t\" is no type of handles"),
        ] {
            assert_eq!(error(text), problem);
        }
    }

    #[test]
    fn fields_are_read() {
        let text = "types t float=float, longdouble=long double\n\
                    call 1.0 1.5 1.4 shmem_g t {T} shmem_{N}_g(const {T} *source, int pe)\n\
                    constant 1.3 - A \"a b\"\nopaque 1.4 h\nhandle 1.4 - H h 3\n\
                    struct 1.5 s int a; int b\nheader 1.1 1.1 mpp/shmem.h\n\
                    environment 1.0 1.4 SMA_INFO flag";
        let list = List::parse(text).expect("is good");
        let call = &list.calls[0];
        assert_eq!(list.families["t"][1].c_type.as_deref(), Some("long double"));
        assert_eq!(call.since.to_string(), "1.0");
        assert_eq!(call.deprecated, Some(Version { major: 1, minor: 5 }));
        assert_eq!(call.generic.as_deref(), Some("shmem_g"));
        assert_eq!(list.constants[0].value, "\"a b\"");
        assert_eq!(list.handles[0].value, 3);
        assert_eq!(list.structs[0].1, ["int a", "int b"]);
        assert_eq!(list.headers, ["mpp/shmem.h"]);
        assert_eq!(list.environment[0].name, "SMA_INFO");
    }
}
