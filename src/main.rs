//! The program is its own task runner.

use clap::{Parser, Subcommand};
use nhipcau::{
    Error, Result,
    config::Settings,
    db::{self, Db},
    http::token,
    seed, server,
    terminal::{self, archive, verify},
    time::Clock,
};
use std::{net::TcpListener, path::PathBuf, process::ExitCode};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[derive(Parser)]
#[command(name = "nhipcau", version, about = "Nhịp Cầu: theo dõi, tổng hợp, phối hợp, trao đổi thông tin đối ngoại nhân dân")]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve an installation of one's own (default)
    Serve,
    /// Load the five provinces, print a sign-in table, and serve
    Demo,
    /// Bring the database up to date
    Migrate,
    /// Print the OpenAPI document
    Openapi,
    /// Load a province from a file in the form of src/seed/*.json
    Seed {
        /// The file
        file: PathBuf,
    },
    /// Manage accounts, provinces and keys at the terminal
    Admin {
        #[command(subcommand)]
        command: Admin,
    },
    /// Write database, files and keys into one archive; may run beside the service
    Backup {
        /// The archive, which must not exist yet
        file: PathBuf,
    },
    /// Set up an empty installation from an archive
    Restore {
        /// The archive
        file: PathBuf,
    },
    /// Work out again every hash, sum, number and right; exit status 1 where anything differs
    Verify,
    /// Read official texts (UTF-8 text, DOCX, PDF) and print what they say as JSON
    Read {
        /// The files
        files: Vec<PathBuf>,
        /// Compare with the fact files (*.json) in this folder, which name the texts beside them
        #[arg(long)]
        score: Option<PathBuf>,
        /// Code of the province whose agencies are known, such as BDI
        #[arg(long)]
        province: Option<String>,
    },
    /// Print the policy matrix: slice, who, position, relation, acts
    Policy,
}

#[derive(Subcommand)]
enum Admin {
    /// Create the first system administrator; prints the invented password
    Create {
        /// Sign-in name
        username: String,
    },
    /// Create a province
    Province {
        /// Short code, such as BDI
        code: String,
        /// Full name, such as "Tỉnh Bình Định"
        name: String,
        /// It is a centrally run city
        #[arg(long)]
        city: bool,
    },
    /// Create a user with a post; prints the invented password
    User {
        /// Sign-in name
        username: String,
        /// Full name
        full_name: String,
        /// Code of the province
        province: String,
        /// Code of the organisation
        organization: String,
        /// leader, officer, clerk, viewer or org_admin
        position: String,
    },
    /// Give a user a fresh password; prints it
    ResetPassword {
        /// Sign-in name
        username: String,
    },
    /// Make a new signing key; tokens signed by the older ones stay good
    RotateKeys,
}

fn main() -> ExitCode {
    env_logger::Builder::from_env(env_logger::Env::default().default_filter_or("info,actix_server=warn,nhipcau::access=warn")).init();
    match run(Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("nhipcau: {e}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<()> {
    let command = arguments.command.unwrap_or(Command::Serve);
    match &command {
        Command::Openapi => {
            println!("{}", serde_json::to_string_pretty(&nhipcau::document()?)?);
            return Ok(());
        }
        Command::Policy => {
            print!("{}", nhipcau::policy_matrix());
            return Ok(());
        }
        Command::Read { files, score, province } => return terminal::read_texts(files, score.as_deref(), province.as_deref()),
        _ => {}
    }
    let settings = Settings::from_environment().map_err(Error::internal)?;
    std::fs::create_dir_all(&settings.data).map_err(|e| Error::internal(format!("{}: {e}", settings.data.display())))?;
    match command {
        Command::Serve => serve(settings),
        Command::Demo => {
            let house = server::open(settings, Clock::System)?;
            seed::demo(&house)?;
            // Opened anew: what the loading left in the connections' memory is gone.
            let settings = house.settings.clone();
            drop(house);
            listen(server::open(settings, Clock::System)?)
        }
        Command::Migrate => {
            let done = db::migrate(&settings.database)?;
            println!("{}", if done.is_empty() { "up to date".to_owned() } else { done.join("\n") });
            Ok(())
        }
        Command::Seed { file } => {
            let db = opened(&settings)?;
            let text = std::fs::read_to_string(&file).map_err(|e| Error::internal(format!("{}: {e}", file.display())))?;
            println!("{}", seed::load_text(&db, &text, Clock::System.now())?);
            Ok(())
        }
        Command::Admin { command } => administer(&settings, command),
        Command::Backup { file } => {
            let tally = archive::backup(&settings, &file, Clock::System.now())?;
            println!("{}: database, {} files, {} bytes", file.display(), tally.files, tally.bytes);
            Ok(())
        }
        Command::Restore { file } => {
            let tally = archive::restore(&settings, &file)?;
            let done = db::migrate(&settings.database)?;
            println!("restored: database, {} files, {} bytes; {} migrations since", tally.files, tally.bytes, done.len());
            Ok(())
        }
        Command::Verify => verified(&settings),
        Command::Openapi | Command::Policy | Command::Read { .. } => Ok(()),
    }
}

/// Prints what was looked at; an error where anything differs.
fn verified(settings: &Settings) -> Result<()> {
    let db = Db::open(&settings.database, 2)?;
    if !db.read_now(db::is_migrated)? {
        return Err(Error::internal("the database is not up to date; run `migrate` first"));
    }
    let mut differences = 0;
    for finding in verify::verify(&db, &settings.data)? {
        let verdict = if finding.differences.is_empty() { "ok".to_owned() } else { format!("{} DIFFER", finding.differences.len()) };
        println!("{}: {} checked, {verdict}", finding.what, finding.checked);
        finding.differences.iter().for_each(|line| println!("  {line}"));
        differences += finding.differences.len();
    }
    if differences == 0 { Ok(()) } else { Err(Error::internal(format!("{differences} differences"))) }
}

fn opened(settings: &Settings) -> Result<Db> {
    db::migrate(&settings.database)?;
    Db::open(&settings.database, 2)
}

fn administer(settings: &Settings, command: Admin) -> Result<()> {
    let db = opened(settings)?;
    let now = Clock::System.now();
    match command {
        Admin::Create { username } => terminal::create_admin(&db, &username, now),
        Admin::Province { code, name, city } => terminal::create_province(&db, &code, &name, city, now),
        Admin::User { username, full_name, province, organization, position } => {
            terminal::create_user(&db, terminal::Person { username, full_name, province, organization, position }, now)
        }
        Admin::ResetPassword { username } => terminal::reset_password(&db, &username, now),
        Admin::RotateKeys => {
            println!("kid {}", token::add(&db, &server::key_source(settings), now)?);
            Ok(())
        }
    }
}

fn serve(settings: Settings) -> Result<()> {
    listen(server::open(settings, Clock::System)?)
}

fn listen(house: nhipcau::http::House) -> Result<()> {
    let bind = |address: std::net::SocketAddr| TcpListener::bind(address).map_err(|e| Error::internal(format!("{address}: {e}")));
    let (api, admin) = (bind(house.settings.listen)?, bind(house.settings.admin_listen)?);
    println!("Nhịp Cầu: http://{}/docs  (health and metrics: http://{})", house.settings.listen, house.settings.admin_listen);
    // What the start used and freed (the OpenAPI document above all) goes back to the system before the waiting begins.
    // SAFETY: the call takes a flag, touches freed memory alone, and may be made by any thread at any time.
    unsafe { libmimalloc_sys::mi_collect(true) };
    actix_web::rt::System::new().block_on(async move { server::run(house, api, admin).await.map_err(Error::internal) })
}
