//! Programs in C and C++, built with the compilers of the machine against what `ffi/install` installs, shared and static, and run by
//! `pangea run` on `shm`.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

const STRICT: [&str; 5] = ["-Wall", "-Wextra", "-Werror", "-pedantic", "-g"];

/// What the tests share.
struct Installed {
    /// The folder with the prefix and all programs.
    folder: tempfile::TempDir,
    /// The program `pangea`.
    launcher: PathBuf,
}

impl Installed {
    fn get() -> &'static Installed {
        static INSTALLED: OnceLock<Installed> = OnceLock::new();
        INSTALLED.get_or_init(Installed::make)
    }

    fn make() -> Installed {
        let folder = tempfile::tempdir().expect("there is room");
        // The libraries are beside the test, as cargo builds them.
        let test = env::current_exe().expect("it has a path");
        let built = test.parent().expect("it is in a folder");
        let mut install = Command::new(crate_folder().join("../install"));
        install.arg("--from").arg(built).arg(folder.path().join("prefix"));
        good(&mut install);
        Installed { folder, launcher: launcher(built.parent().expect("it is in a folder")) }
    }

    fn prefix(&self) -> PathBuf {
        self.folder.path().join("prefix")
    }

    /// Builds a program of the tests.
    fn build(&self, name: &str, kind: Kind) -> PathBuf {
        let (compiler, standard) =
            if name.ends_with(".cpp") { ("c++", "-std=c++11") } else { ("cc", "-std=gnu99") };
        self.compile(compiler, standard, &crate_folder().join("tests/programs").join(name), kind)
    }

    fn compile(&self, compiler: &str, standard: &str, source: &Path, kind: Kind) -> PathBuf {
        let name = source.file_name().expect("it is a file").to_string_lossy();
        // In a folder of its own, lest two tests build it at the same time.
        static BUILT: AtomicUsize = AtomicUsize::new(0);
        let folder = format!("built-{}", BUILT.fetch_add(1, Ordering::Relaxed));
        let folder = self.folder.path().join(folder);
        fs::create_dir(&folder).expect("there is room");
        let built = folder.join(format!("{name}-{kind:?}"));
        let mut command = Command::new(compiler);
        command.args(STRICT).arg(standard).arg("-I").arg(self.prefix().join("include"));
        command.arg("-o").arg(&built).arg(source);
        let lib = self.prefix().join("lib");
        match kind {
            Kind::Shared => {
                let mut path = std::ffi::OsString::from("-Wl,-rpath,");
                path.push(&lib);
                command.arg("-L").arg(&lib).arg(path).args(["-lpangea", "-pthread"]);
            }
            Kind::Static => {
                command.arg(lib.join("libpangea.a")).args(["-pthread", "-ldl", "-lm"]);
            }
        }
        good(&mut command);
        built
    }

    /// Runs a program as a job; what it said.
    fn run(&self, program: &Path, nodes: usize, options: &[&str]) -> Output {
        let mut command = Command::new(&self.launcher);
        command.args(["run", "-n", &nodes.to_string(), "--provider", "shm"]).args(options);
        command.arg("--").arg(program);
        command.output().expect("it can be run")
    }

    /// Runs a program as jobs of several sizes, all of whose nodes say that it is good.
    fn passes(&self, program: &Path, name: &str) {
        for nodes in [1, 2, 4] {
            let output = self.run(program, nodes, &[]);
            let said = text(&output);
            let good = said.matches(&format!("{name}: good")).count();
            assert!(output.status.success() && good == nodes, "{name}, {nodes} nodes:\n{said}");
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Kind {
    Shared,
    Static,
}

fn crate_folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(output: &Output) -> String {
    let (out, err) = (&output.stdout, &output.stderr);
    format!("{}\n{}", String::from_utf8_lossy(out), String::from_utf8_lossy(err))
}

/// Runs what has to succeed.
fn good(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}:\n{}", text(&output));
    text(&output)
}

/// The program `pangea`, which is built with the workspace; built now if it was not.
fn launcher(profile: &Path) -> PathBuf {
    let launcher = profile.join("pangea");
    if !launcher.exists() {
        let mut build = Command::new(env!("CARGO"));
        build.args(["build", "--package", "pangea-cli", "--target-dir"]);
        build
            .arg(profile.parent().expect("a profile is a folder of the target"))
            .current_dir(crate_folder());
        if profile.ends_with("release") {
            build.arg("--release");
        }
        good(&mut build);
    }
    launcher
}

fn both(name: &str) {
    let installed = Installed::get();
    let stem = name.split('.').next().expect("there is a first part");
    for kind in [Kind::Shared, Kind::Static] {
        installed.passes(&installed.build(name, kind), stem);
    }
}

#[test]
fn arrays() {
    both("arrays.c");
}

#[test]
fn coherent_objects_and_locks() {
    both("coherent.c");
}

#[test]
fn views() {
    both("views.c");
    // On pages that are fetched, too.
    let installed = Installed::get();
    let program = installed.build("views.c", Kind::Shared);
    for how in ["paged", "paged-mprotect"] {
        let mut command = Command::new(&installed.launcher);
        command.args(["run", "-n", "2", "--provider", "shm", "--"]).arg(&program);
        let said = good(command.env("PANGEA_VIEW", how));
        assert_eq!(said.matches("views: good").count(), 2, "{how}: {said}");
    }
}

#[test]
fn misuse_is_told() {
    both("misuse.c");
}

#[test]
fn cpp() {
    if Command::new("c++").arg("--version").output().is_err() {
        eprintln!("skipped: there is no c++");
        return;
    }
    both("plus.cpp");
}

#[test]
fn a_death_is_told() {
    let installed = Installed::get();
    let program = installed.build("death.c", Kind::Shared);
    for nodes in [2, 4] {
        let said = text(&installed.run(&program, nodes, &["--keep-going"]));
        assert_eq!(said.matches("death: good").count(), nodes - 1, "{nodes} nodes:\n{said}");
        assert_eq!(said.matches("poison: cleared").count(), 1, "{nodes} nodes:\n{said}");
    }
}

#[test]
fn a_program_runs_alone() {
    let installed = Installed::get();
    let program = installed.build("arrays.c", Kind::Shared);
    assert!(good(&mut Command::new(program)).contains("arrays: good"));
}

#[test]
fn the_example_runs() {
    let installed = Installed::get();
    let example = crate_folder().join("examples/hello.c");
    let program = installed.compile("cc", "-std=c99", &example, Kind::Shared);
    let output = installed.run(&program, 4, &[]);
    let said = text(&output);
    assert!(output.status.success() && said.matches(" squared is ").count() == 4, "{said}");
}

#[test]
fn pkg_config_finds_it() {
    let installed = Installed::get();
    let mut find = Command::new("pkg-config");
    find.env("PKG_CONFIG_PATH", installed.prefix().join("lib/pkgconfig"));
    find.args(["--cflags", "--libs", "pangea"]);
    let Ok(output) = find.output() else {
        eprintln!("skipped: there is no pkg-config");
        return;
    };
    assert!(output.status.success(), "{}", text(&output));
    let flags = String::from_utf8(output.stdout).expect("flags are text");
    let program = installed.folder.path().join("by-pkg-config");
    let mut command = Command::new("cc");
    command.arg("-o").arg(&program).arg(crate_folder().join("tests/programs/arrays.c"));
    good(command.args(flags.split_whitespace()));
    let mut command = Command::new(program);
    command.env("LD_LIBRARY_PATH", installed.prefix().join("lib"));
    assert!(good(&mut command).contains("arrays: good"));
}

#[test]
fn cmake_finds_it() {
    if Command::new("cmake").arg("--version").output().is_err() {
        eprintln!("skipped: there is no cmake (Debian's package cmake)");
        return;
    }
    let installed = Installed::get();
    let folder = installed.folder.path().join("cmake");
    fs::create_dir(&folder).expect("there is room");
    let programs = crate_folder().join("tests/programs");
    let lists = format!(
        "cmake_minimum_required(VERSION 3.10)\nproject(it C)\nfind_package(pangea 0.1 REQUIRED)\n\
         add_executable(with_shared {0}/arrays.c)\ntarget_link_libraries(with_shared pangea::pangea)\n\
         add_executable(with_static {0}/arrays.c)\ntarget_link_libraries(with_static pangea::pangea_static)\n",
        programs.display()
    );
    fs::write(folder.join("CMakeLists.txt"), lists).expect("there is room");
    let prefix = format!("-DCMAKE_PREFIX_PATH={}", installed.prefix().display());
    good(Command::new("cmake").current_dir(&folder).args(["-S", ".", "-B", "build", &prefix]));
    good(Command::new("cmake").current_dir(&folder).args(["--build", "build"]));
    for program in ["with_shared", "with_static"] {
        installed.passes(&folder.join("build").join(program), "arrays");
    }
    let asked =
        "cmake_minimum_required(VERSION 3.10)\nproject(it C)\nfind_package(pangea 7 REQUIRED)\n";
    fs::write(folder.join("CMakeLists.txt"), asked).expect("there is room");
    let output = Command::new("cmake")
        .current_dir(&folder)
        .args(["-S", ".", "-B", "other", &prefix])
        .output()
        .expect("it is there");
    assert!(!output.status.success() && text(&output).contains("0.1.0"), "{}", text(&output));
}

#[test]
fn destdir_is_put_before_the_prefix() {
    let folder = tempfile::tempdir().expect("there is room");
    let test = env::current_exe().expect("it has a path");
    let mut install = Command::new(crate_folder().join("../install"));
    install
        .env("DESTDIR", folder.path())
        .arg("--from")
        .arg(test.parent().expect("it is in a folder"));
    good(install.arg("/opt/pangea"));
    let root = folder.path().join("opt/pangea");
    let described = fs::read_to_string(root.join("lib/pkgconfig/pangea.pc")).expect("it is there");
    assert!(described.starts_with("prefix=/opt/pangea\n"), "{described}");
    let link = fs::read_link(root.join("lib/libpangea.so")).expect("it is a link");
    assert_eq!(link, Path::new("libpangea.so.0"));
    for file in ["include/pangea.h", "lib/libpangea.a", "lib/cmake/pangea/pangeaConfig.cmake"] {
        assert!(root.join(file).is_file(), "{file}");
    }
}
