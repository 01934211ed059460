"""By hand: what the public harvests lack -> tables for build_vocabulary.py."""

from itertools import chain

from fivetimes.config import LIKE_PACMAN, PACMAN_OPERATIONS

BUILTINS = """
. : [ [[ alias autoload bg bind break builtin caller case cd command compgen complete compopt continue declare dirs disown echo
enable eval exec exit export false fc fg getopts hash help history if jobs kill let local logout mapfile popd printf pushd pwd
read readarray readonly return select set setopt shift shopt source suspend test time times trap true type typeset ulimit umask
unalias unset unsetopt until wait whence where while for function abbr and begin contains count emit end functions math not or
random set_color status string switch zle zmodload zstyle compdef bindkey rehash vared print noglob nocorrect repeat
"""

# Programs that the pages of 2025 have not, or have under another name.
PROGRAMS = """
7zz actionlint agg alembic ansible-lint apptainer arp-scan autoflake awk bandit basedpyright bats bcftools bedtools biome black
blastn bq build bump2version bump-my-version bumpversion bundle bundler busybox bwa caddy celery certbot chamber changie chezmoi
clang-format clang-tidy claude codespell codex commitizen cosign cp cruft cz dagger dagster dbmate dbt deptry dig django-admin
docformatter dotenv dprint dvc eb eksctl elm emacsclient exiftool exit fastapi fastqc fdfind flask flyway fossil gcloud gemini
ghc git-cliff git-lfs gitlint glab go golangci-lint goose gotestsum grafana-cli gsutil gunicorn hadolint hatch helm hg hugo
hypercorn ipython isort jekyll jj jupytext k3s k9s keytool kubectx kubens kubeconform kubeseal latexmk liquibase litellm lualatex
mage maturin mdbook mdformat mdl meson minimap2 mkdocs mlflow mockgen modal mutt mypy nextflow ninja nox nvidia-smi ogr2ogr
openapi-generator pandas-profiling pdflatex pdm pg_ctl pgbench pixi pip-audit pip-compile pip-sync playwright pnpm poe poetry
prefect pre-commit promtool protoc pulumi pyflakes pylint pyright pytest quarto qpdf R raco rclone rebar3 release-it restic
rg ruff rustfmt sacct salloc samtools sbatch sbt scancel scontrol semantic-release semgrep shellcheck shfmt sinfo singularity
skaffold snakemake sops sphinx-autobuild sphinx-build sqlfluff squeue srun staticcheck stern stylelint swiftlint systemd-run
telnet terraform-docs terragrunt tflint tilt towncrier tofu tox trivy tsx twine ty typst uv uvicorn uvx vale vegeta vercel
vitest vulture wandb wrangler xelatex yamllint yapf yt-dlp zola bzr nuget rye vboxmanage yum
anchor anvil artisan autogen.sh bitbake brownie cast catkin catkin_make chalice colcon configure cqlsh gradlew huggingface-cli
idf.py istioctl manage.py mvnw platformio ros2 roslaunch rosrun sail setup.py solana spago vue-cli-service west zappa
alsactl apt-add-repository arandr batcat blueman-manager codium compton connmanctl dbus-send discord dmenu_run dropbox easy_install
fgrep gconftool-2 genymotion gitg gitkraken glxinfo gnome-shell gnome-tweaks google-chrome google-chrome-stable gparted grive
grub-customizer guake gunzip hciconfig ibus-setup infocmp jupyter-lab jupyter-notebook libreoffice luarocks lxappearance mkfs.vfat
mogrify mvim mysqladmin netcat netctl nm-applet nm-connection-editor nodejs npm-check-updates nvidia-settings nvim-qt otool pacmd
paplay pavucontrol pcmanfm pgadmin4 pipreqs pm-hibernate pm-suspend ppa-purge prime-select pulsemixer qgit refind-install
sensors-detect skype slock snakeviz sudoedit swaync swww sxhkd systemd-resolve teamviewer tilda update-grub update-grub2
update-mime-database webpack-dev-server winecfg wireshark wlr-randr xbindkeys xinit
doit fab gmake inv invoke keyring notepad
"""

# Subcommands as "path|path"; they stand above the harvests.


def _under(groups: str, verbs: str) -> list[str]:
    """Return the paths of groups of subcommands, with their abbreviations, and of the verbs that each has."""
    return [path for group in groups.split() for path in (group, *(f"{group} {verb}" for verb in verbs.split()))]


_SERVICE = "condrestart|force-reload|reload|restart|start|status|stop|try-restart"

SUBCOMMANDS = dict.fromkeys(LIKE_PACMAN, "|".join(chain(*PACMAN_OPERATIONS.values()))) | {
    "bcftools": "call|cnv|consensus|convert|csq|gtcheck|head|mpileup|norm|plugin|polysomy|query|reheader|roh|stats",
    "borg": (
        "break-lock|check|compact|config|delete|diff|export-tar|import-tar|info|key|key export|recreate|rename|serve|"
        "umount|upgrade|with-lock"
    ),
    "bq": "extract|head|insert|rm|show|update|wait",
    "ceph": (
        "fs|health|log|mds|mgr|mgr module|mon|mon stat|orch|orch apply|orch host|orch ls|orch ps|orch upgrade|osd df|"
        "osd in|osd out|osd pool|osd set|osd stat|osd tree|osd unset|pg stat|quorum_status|tell|versions"
    ),
    "certbot": "certificates|delete|enhance|install|plugins|register|revoke|rollback|run|update_account",
    "conan": (
        "build|cache|config|create|download|editable|export|export-pkg|graph|inspect|list|lock|new|profile|"
        "profile detect|remote add|remove|source|test|upload|version"
    ),
    "cryptsetup": (
        "benchmark|erase|isLuks|luksAddKey|luksChangeKey|luksClose|luksDump|luksErase|luksFormat|luksHeaderBackup|"
        "luksHeaderRestore|luksKillSlot|luksOpen|luksRemoveKey|luksResume|luksSuspend|luksUUID|reencrypt|refresh|"
        "repair|resize"
    ),
    "dagster": (
        "api|asset|asset list|asset materialize|asset wipe|code-server|debug|definitions|definitions validate|dev|"
        "instance|instance migrate|job|job execute|job launch|job list|project|run|run list|run wipe|schedule|"
        "schedule start|schedule stop|sensor"
    ),
    "fossil": (
        "addremove|all|bisect|branch|changes|checkout|clean|close|commit|diff|extras|finfo|forget|info|ls|merge|mv|"
        "new|open|rebuild|remote|revert|rm|settings|stash|sync|tag|timeline|ui|undo|update|user"
    ),
    "golangci-lint": "cache|cache clean|completion|config|config verify|custom|fmt|formatters|help|migrate|version",
    "gsettings": "list-children|list-keys|list-schemas|monitor|reset-recursively|writable",
    "gsutil": (
        "acl|cat|compose|config|defacl|du|hash|iam|label|lifecycle|rb|rewrite|rsync|setmeta|signurl|stat|versioning|web"
    ),
    "hledger": (
        "activity|aregister|balance|balancesheet|balancesheetequity|cashflow|check|close|codes|commodities|"
        "descriptions|diff|edit|files|incomestatement|notes|payees|prices|register|rewrite|roi|stats|tags|test|ui|"
        "web"
    ),
    "ipmitool": (
        "chassis|chassis power|chassis status|event|fru|lan|lan print|lan set|mc|mc info|mc reset|power|power cycle|"
        "power off|power on|power reset|power status|raw|sdr|sdr list|sel|sel clear|sel list|sensor|sol|sol activate|"
        "user|user list"
    ),
    "ipset": "flush|list|rename|restore|swap|test",
    "jekyll": "docs|doctor|import|new|new-theme",
    "kopia": (
        "benchmark|cache|content|diff|list|maintenance|maintenance run|maintenance set|mount|policy list|policy show|"
        "repository disconnect|repository status|restore|server|server start|show|snapshot delete|snapshot verify"
    ),
    "kustomize": "cfg|completion|edit add|edit fix|edit remove|localize|version",
    "ledger": (
        "accounts|cleared|commodities|convert|csv|draft|emacs|entry|equity|payees|pricedb|prices|print|select|source|"
        "xact|xml"
    ),
    "lein": (
        "check|classpath|clean|compile|deploy|deps|do|help|install|jar|javac|pom|release|search|trampoline|upgrade|"
        "with-profile"
    ),
    "luarocks": (
        "build|config|doc|download|init|install|lint|list|make|new_version|pack|path|purge|remove|search|show|test|"
        "unpack|upload|which|write_rockspec"
    ),
    "magento": (
        "admin:user:create|app:config:dump|app:config:import|cache:clean|cache:disable|cache:enable|cache:flush|"
        "cache:status|catalog:images:resize|config:set|config:show|cron:install|cron:remove|cron:run|deploy:mode:set|"
        "deploy:mode:show|indexer:info|indexer:reindex|indexer:reset|indexer:set-mode|indexer:status|"
        "maintenance:allow-ips|maintenance:disable|maintenance:enable|maintenance:status|module:disable|"
        "module:enable|module:status|module:uninstall|queue:consumers:start|sampledata:deploy|setup:backup|"
        "setup:config:set|setup:db-schema:upgrade|setup:db:status|setup:di:compile|setup:install|setup:rollback|"
        "setup:static-content:deploy|setup:upgrade|store:list"
    ),
    "micromamba": (
        "clean|config|deactivate|env|env create|env export|env list|env remove|env update|remove|self-update|shell|"
        "shell init|update"
    ),
    "mkdocs": "get-deps",
    "mpremote": (
        "bootloader|cp|devs|df|disconnect|edit|eval|exec|fs|fs cat|fs cp|fs ls|fs mkdir|fs rm|ls|mkdir|repl|reset|"
        "resume|rm|rmdir|rtc|sleep|soft-reset|umount"
    ),
    "nomad": (
        "acl|acl bootstrap|acl token|agent|alloc exec|alloc fs|alloc restart|alloc status|alloc stop|deployment|"
        "deployment fail|deployment list|deployment promote|deployment status|eval|eval list|eval status|fmt|"
        "job dispatch|job history|job init|job inspect|job periodic|job promote|job restart|job revert|job scale|"
        "job stop|logs|monitor|namespace|namespace apply|namespace list|node drain|node eligibility|operator|plan|"
        "quota|run|server|server members|status|stop|system|system gc|ui|validate|var|var get|var list|var put|"
        "version|volume create|volume register"
    ),
    "openstack": (
        "aggregate|availability zone list|catalog list|console log show|endpoint|endpoint create|endpoint list|"
        "floating ip|floating ip create|floating ip delete|floating ip list|floating ip set|host list|hypervisor|"
        "hypervisor list|hypervisor show|image set|keypair|keypair create|keypair delete|keypair list|"
        "network agent list|port set|project|project create|project delete|project list|project purge|project set|"
        "project show|quota|quota list|quota set|quota show|role|role add|role assignment|role assignment list|"
        "role create|role list|role remove|router|router add subnet|router create|router delete|router list|"
        "router remove subnet|router set|router show|security group|security group create|security group delete|"
        "security group list|security group rule|security group rule create|security group rule delete|"
        "security group rule list|server add|server add floating ip|server add security group|server add volume|"
        "server image create|server rebuild|server remove|server remove volume|server resize|server set|server show|"
        "server ssh|service|service list|stack|stack create|stack delete|stack list|stack show|stack update|"
        "token issue|usage show|user|user create|user delete|user list|user set|user show|volume snapshot|"
        "volume snapshot create|volume snapshot list"
    ),
    "osmium": (
        "add-locations-to-ways|apply-changes|changeset-filter|check-refs|create-locations-index|derive-changes|diff|"
        "export|getid|getparents|merge|merge-changes|removeid|renumber|sort|tags-count|time-filter"
    ),
    "pacmd": (
        "describe-module|dump|exit|info|list-cards|list-clients|list-modules|list-samples|list-sink-inputs|"
        "list-sinks|list-source-outputs|list-sources|load-module|move-sink-input|set-card-profile|set-default-sink|"
        "set-default-source|set-sink-mute|set-sink-volume|set-source-mute|set-source-volume|stat|suspend-sink|"
        "unload-module"
    ),
    "pct": (
        "clone|config|console|create|delsnapshot|destroy|df|enter|exec|fstrim|listsnapshot|migrate|move-volume|"
        "pending|reboot|remote-migrate|rescan|resize|restore|resume|rollback|set|shutdown|snapshot|suspend|template|"
        "unlock|unmount"
    ),
    "puppet": (
        "catalog|cert|cert list|cert sign|config|config print|config set|describe|device|doc|epp|facts|generate|"
        "lookup|module|module install|module list|module search|module uninstall|module upgrade|node|plugin|resource|"
        "script|ssl"
    ),
    "qm": (
        "agent|cleanup|config|create|delsnapshot|destroy|disk|disk import|disk move|disk resize|enter|guest|"
        "guest exec|guest exec-status|guest passwd|help|importdisk|listsnapshot|migrate|monitor|move-disk|mtunnel|"
        "nbdstop|pending|reboot|rescan|resize|resume|rollback|sendkey|set|showcmd|shutdown|snapshot|status|suspend|"
        "template|terminal|unlink|unlock|vncproxy|wait"
    ),
    "quarto": (
        "add|check|convert|create|help|inspect|install|list|pandoc|remove|run|serve|tools|typst|uninstall|update|use"
    ),
    "R": "CMD|CMD BATCH|CMD build|CMD check|CMD INSTALL",
    "alembic": (
        "branches|check|current|downgrade|edit|ensure_version|heads|history|init|list_templates|merge|revision|show|"
        "stamp|upgrade"
    ),
    "anchor": "build|clean|deploy|idl|init|keys|localnet|login|migrate|new|publish|shell|test|upgrade|verify",
    "ansible-galaxy": "collection|collection install|init|install|list|remove|role|role install|search",
    "ansible-vault": "create|decrypt|edit|encrypt|encrypt_string|rekey|view",
    "apt": "dist-upgrade",
    "apt-file": "find|list|search|update",
    "apt-get": "build-dep|clean|dist-upgrade|download|source",
    "artisan": (
        "cache:clear|config:cache|config:clear|db:seed|db:wipe|down|event:generate|key:generate|list|make:command|"
        "make:controller|make:event|make:factory|make:job|make:listener|make:mail|make:middleware|make:migration|"
        "make:model|make:notification|make:policy|make:provider|make:request|make:resource|make:rule|make:seeder|"
        "make:test|migrate|migrate:fresh|migrate:install|migrate:refresh|migrate:reset|migrate:rollback|"
        "migrate:status|optimize|optimize:clear|queue:listen|queue:restart|queue:work|route:cache|route:clear|"
        "route:list|schedule:run|serve|storage:link|test|tinker|up|vendor:publish|view:clear"
    ),
    "aws": (
        "s3 cp|s3 ls|s3 mb|s3 mv|s3 presign|s3 rb|s3 rm|s3 sync|s3 website|configure|configure set|configure get|"
        "configure list|sso login|sso logout"
    ),
    "bower": "cache|home|info|link|login|lookup|prune|register|search|update|version",
    "brew": (
        "bundle|bundle check|bundle cleanup|bundle dump|bundle install|help|linkapps|cask|cask reinstall|"
        "cask cleanup|cask doctor|cask info|"
        "cask install|cask list|cask outdated|cask search|cask uninstall|cask upgrade|cask zap"
    ),
    "bump-my-version": "bump|replace|sample-config|show|show-bump",
    "bump2version": "major|minor|patch",
    "bumpversion": "major|minor|patch",
    "bzr": "add|branch|checkout|commit|diff|log|merge|pull|push|resolve|revert|status|update",
    "cabal": (
        "bench|check|clean|configure|exec|freeze|gen-bounds|get|haddock|outdated|repl|run|sdist|unpack|update|upload|"
        "user-config"
    ),
    "cast": "balance|block|call|chain-id|estimate|gas-price|logs|receipt|send|tx|wallet",
    "catkin": "build|clean|config|create|init|list|locate|profile|test",
    "changie": "batch|latest|merge|new|next",
    "chmod": "+r|+w|+x|a+x|u+x",
    "colcon": "build|graph|info|list|test|test-result",
    "composer": (
        "archive|audit|bump|check-platform-reqs|clear-cache|config|create-project|depends|diagnose|dump-autoload|dumpautoload|"
        "exec|fund|global|global require|init|install|licenses|outdated|prohibits|reinstall|remove|require|run|run-script|"
        "search|self-update|selfupdate|show|status|suggests|update|upgrade|validate|why|why-not"
    ),
    "conda": "env create|env export|env list|env remove|env update",
    "cordova": "emulate",
    "cz": "bump|changelog|check|commit|init",
    "dnf": (
        "autoremove|check-update|copr|distro-sync|downgrade|erase|group|group install|history|info|install|"
        "list|makecache|reinstall|remove|repolist|repoquery|search|swap|update"
    ),
    "docker-machine": (
        "active|config|create|env|inspect|ip|kill|ls|provision|restart|rm|scp|ssh|start|status|stop|upgrade|url"
    ),
    "dotnet": "ef|ef database|ef database update|ef migrations|ef migrations add|ef migrations remove",
    "drush": (
        "cache-rebuild|cache:rebuild|cex|cim|config-export|config-import|config:export|config:import|cr|cron|deploy|"
        "en|pm:enable|pm:uninstall|pmu|sql-cli|sql-dump|sql:cli|sql:dump|sqlc|st|status|uli|updatedb|updb|user:login|"
        "watchdog:show|ws"
    ),
    "dvc": (
        "add|checkout|commit|dag|diff|exp|exp run|exp show|fetch|gc|get|import|init|metrics|metrics diff|metrics "
        "show|plots|pull|push|remote|remote add|repro|run|status"
    ),
    "eb": (
        "abort|clone|config|console|create|deploy|events|health|init|list|logs|open|platform|printenv|"
        "restore|scale|setenv|ssh|status|swap|terminate|upgrade|use"
    ),
    "fastboot": "boot|devices|flash|oem|reboot",
    "flask": (
        "db|db current|db downgrade|db heads|db history|db init|db merge|db migrate|db revision|db show|db stamp|"
        "db upgrade|routes|run|shell"
    ),
    "flatpak": (
        "build|build-bundle|build-export|build-init|config|enter|history|kill|make-current|override|permissions|pin|"
        "ps|remote-delete|remote-ls|remotes|repair|search|uninstall"
    ),
    "flutter": "pub add|pub get|pub outdated|pub remove|pub run|pub upgrade",
    "forge": (
        "bind|build|clean|coverage|create|doc|fmt|init|inspect|install|remappings|script|snapshot|test|update|"
        "verify-contract"
    ),
    "git": (
        "annex|bisect bad|bisect good|bisect log|bisect reset|bisect run|bisect skip|bisect start|lfs|lfs install|"
        "lfs pull|lfs push|lfs track|maintenance|restore|send-email|sparse-checkout|switch|worktree "
        "add|worktree list|worktree prune|worktree remove|"
        "archive|bundle|cat-file|check-attr|check-ignore|check-mailmap|check-ref-format|cherry|citool|column|count-objects|"
        "describe|diff-files|diff-index|diff-tree|difftool|fast-export|fast-import|filter-branch|filter-repo|fmt-merge-msg|"
        "for-each-ref|format-patch|fsck|gc|get-tar-commit-id|gui|hash-object|help|instaweb|interpret-trailers|ls-files|"
        "ls-remote|ls-tree|merge-base|merge-file|merge-tree|mktree|name-rev|notes|pack-objects|pack-refs|patch-id|prune|"
        "range-diff|read-tree|repack|replace|request-pull|rerere|rev-list|rev-parse|shortlog|show-branch|show-index|show-ref|"
        "stripspace|symbolic-ref|unpack-objects|update-index|update-ref|var|verify-commit|verify-pack|verify-tag|version|"
        "whatchanged|write-tree|"
        # commands of their own that are called as one of git's
        "flow|flow init|flow version|flow bugfix start|flow bugfix finish|flow bugfix publish|flow bugfix track|"
        "flow bugfix delete|flow bugfix list|flow bugfix rebase|flow bugfix checkout|flow bugfix pull|"
        "flow feature start|flow feature finish|flow feature publish|flow feature track|flow feature delete|"
        "flow feature list|flow feature rebase|flow feature checkout|flow feature pull|flow hotfix start|"
        "flow hotfix finish|flow hotfix publish|flow hotfix track|flow hotfix delete|flow hotfix list|"
        "flow hotfix rebase|flow hotfix checkout|flow hotfix pull|flow release start|flow release finish|"
        "flow release publish|flow release track|flow release delete|flow release list|flow release rebase|"
        "flow release checkout|flow release pull|flow support start|flow support finish|flow support publish|"
        "flow support track|flow support delete|flow support list|flow support rebase|flow support checkout|"
        "flow support pull|subtree|subtree add|subtree merge|subtree pull|subtree push|subtree split|svn|"
        "svn clone|svn dcommit|svn fetch|svn info|svn init|svn log|svn rebase"
    ),
    "guix": (
        "archive|build|describe|download|edit|environment|gc|graph|hash|home|import|install|lint|package|publish|"
        "pull|refresh|remove|search|shell|show|size|system|time-machine|upgrade|weather"
    ),
    "hatch": "build|clean|dep|env|env create|env prune|env run|fmt|new|publish|run|shell|status|test|version",
    "heroku": (
        "addons|apps|apps:create|apps:destroy|apps:info|config|config:get|config:set|config:unset|container:login|"
        "container:push|container:release|domains|git:remote|info|local|logout|maintenance:off|maintenance:on|open|"
        "pg:backups|pg:info|pg:psql|plugins|ps:restart|ps:scale|rename|restart|rollback|status"
    ),
    "hg": (
        "add|addremove|annotate|backout|bisect|bookmarks|branch|branches|cat|clone|commit|copy|diff|export|graft|"
        "grep|heads|histedit|identify|import|incoming|init|log|merge|outgoing|pull|push|rebase|remove|rename|"
        "resolve|revert|root|shelve|status|strip|summary|tag|tags|unshelve|update"
    ),
    "hostnamectl": "set-hostname|status",
    "hub": "browse|ci-status|compare|create|fork|issue|pr|pull-request|release|sync",
    "huggingface-cli": "download|login|logout|repo|scan-cache|upload|whoami",
    "hyprctl": (
        "activeworkspace|binds|clients|cursorpos|getoption|kill|layers|layouts|monitors|notify|output|plugin|"
        "setcursor|switchxkblayout|systeminfo"
    ),
    "idf.py": (
        "app|app-flash|bootloader|build|clean|erase-flash|erase_flash|flash|fullclean|menuconfig|monitor|openocd|"
        "partition-table|reconfigure|set-target|size"
    ),
    "incus": (
        "config|copy|delete|exec|export|file|file pull|file push|image|image list|import|info|init|launch|list|move|"
        "network|profile|project|publish|rebuild|remote|rename|restart|snapshot|start|stop|storage"
    ),
    "ifconfig": "down|up",
    "initctl": "list|reload|restart|start|status|stop",
    "ip": "|".join(
        (
            *_under("a addr address", "add del flush show"),
            *_under("l link", "add del delete set show"),
            *(f"{short} set {verb}" for short in ("l", "link") for verb in ("down", "up")),
            *_under("n neigh", "flush show"),
            *_under("netns", "add del exec list"),
            *_under("r route", "add del flush get replace show"),
            *_under("rule", "add del show"),
            "monitor",
        )
    ),
    "invoke-rc.d": _SERVICE,
    "istioctl": "analyze|dashboard|install|proxy-config|proxy-status|uninstall|upgrade|verify-install|version",
    "iwctl": "|".join(
        (
            *_under("adapter", "list show"),
            *_under("device", "list show"),
            *_under("known-networks", "forget list show"),
            *_under("station", "connect disconnect get-networks list scan show"),
        )
    ),
    "jj": (
        "abandon|absorb|bookmark|bookmark create|bookmark list|bookmark move|bookmark set|bookmark track|commit|"
        "describe|diff|edit|git|git clone|git fetch|git init|git push|log|new|op|op log|rebase|restore|show|"
        "split|squash|status|undo"
    ),
    "kaggle": (
        "competitions|competitions download|competitions list|competitions submit|config|datasets|datasets download|"
        "datasets list|kernels|kernels pull|kernels push|models"
    ),
    "kamal": (
        "accessory|app|app logs|audit|build|config|deploy|details|env|init|lock|prune|redeploy|registry|remove|"
        "rollback|server|setup"
    ),
    "manage.py": (
        "changepassword|check|clearsessions|collectstatic|compilemessages|createcachetable|createsuperuser|dbshell|"
        "diffsettings|dumpdata|findstatic|flush|inspectdb|loaddata|makemessages|makemigrations|migrate|runserver|"
        "sendtestemail|shell|shell_plus|show_urls|showmigrations|sqlflush|sqlmigrate|sqlsequencereset|"
        "squashmigrations|startapp|startproject|test|testserver"
    ),
    "meson": "compile|configure|dist|init|install|introspect|setup|subprojects|test|wrap",
    "mise": (
        "activate|config|current|doctor|env|exec|install|ls|ls-remote|outdated|plugins|prune|reshim|run|"
        "self-update|set|settings|tasks|trust|uninstall|unset|unuse|up|upgrade|use|watch|where|which"
    ),
    "mix": (
        "app.config|archive.install|clean|compile|credo|deps|deps.clean|deps.compile|deps.get|deps.tree|deps.unlock|"
        "deps.update|dialyzer|docs|ecto.create|ecto.drop|ecto.dump|ecto.gen.migration|ecto.gen.repo|ecto.load|"
        "ecto.migrate|ecto.migrations|ecto.reset|ecto.rollback|ecto.setup|escript.build|format|help|hex.build|"
        "hex.info|hex.outdated|hex.publish|hex.search|local|local.hex|local.rebar|new|phx.digest|phx.gen.auth|"
        "phx.gen.channel|phx.gen.context|phx.gen.html|phx.gen.json|phx.gen.live|phx.gen.presence|phx.gen.release|"
        "phx.gen.schema|phx.gen.secret|phx.new|phx.routes|phx.server|release|release.init|run|test|xref"
    ),
    "mlflow": "artifacts|db|deployments|doctor|experiments|gc|models|models serve|projects|run|runs|sagemaker|server|ui",
    "mpc": "add|clear|current|ls|next|pause|play|prev|status|stop|toggle|update|volume",
    "nala": "autoremove|fetch|install|list|purge|remove|search|show|update|upgrade",
    "ng": "add|build|config|deploy|e2e|extract-i18n|generate|lint|new|run|serve|test|update",
    "nmcli": "|".join(
        (
            *_under("c con connection", "add delete down edit modify reload show up"),
            *_under("d dev device", "connect disconnect show status wifi"),
            *(f"{short} wifi {verb}" for short in ("d", "dev", "device") for verb in ("connect", "list", "rescan")),
            *_under("g general", "status"),
            *_under("n networking", "off on"),
            *_under("r radio", "wifi"),
        )
    ),
    "nodenv": "exec|global|install|local|rehash|uninstall|version|versions|which",
    "nuget": "add|delete|install|pack|push|restore|sources|spec|update",
    "nx": "affected|build|e2e|format|generate|graph|lint|list|migrate|report|reset|run|run-many|serve|test",
    "oc": (
        "adm|apply|create|delete|describe|edit|exec|expose|get|import-image|label|login|logout|logs|new-app|"
        "new-build|new-project|patch|port-forward|process|project|projects|replace|rollback|rollout|rollout latest|"
        "rollout restart|rollout status|rsh|rsync|run|scale|set|start-build|status|tag|whoami"
    ),
    "opam": "switch|switch create|switch list",
    "openssl": "asn1parse|ca|ciphers|crl|dhparam|ec|ecparam|enc|pkcs12|pkcs7|pkcs8|pkey|pkeyutl|rsautl|s_server|verify",
    "packer": (
        "build|completion|console|fix|fmt|hcl2_upgrade|init|inspect|plugins|plugins install|plugins installed|"
        "validate|version"
    ),
    "pactl": "load-module|set-default-source|set-source-mute|set-source-volume|unload-module",
    "pdm": (
        "add|build|cache|config|export|fix|import|info|init|install|list|lock|outdated|publish|remove|run|search|"
        "self|show|sync|update|use|venv"
    ),
    "pixi": "add|build|global|global install|info|init|install|list|lock|project|remove|run|search|shell|task|task add|update",
    "platformio": (
        "boards|check|ci|debug|device|device list|device monitor|home|init|lib|lib install|lib search|pkg|"
        "pkg install|platform|project|project init|remote|run|system|test|update|upgrade"
    ),
    "poetry": (
        "add|build|cache|check|config|env|env info|env list|env remove|env use|export|init|install|list|lock|new|"
        "publish|remove|run|search|self|self add|self update|shell|show|source|source add|sync|update|version"
    ),
    "ps": "aux|auxf|auxw|auxww|ax|axf|axu",
    "pyenv": "activate|deactivate|exec|init|latest|root|virtualenv|virtualenv-delete|virtualenv-init|virtualenvs",
    "rails": (
        "c|console|dbconsole|g|generate|generate channel|generate controller|generate helper|generate job|"
        "generate mailer|generate migration|generate model|generate resource|generate scaffold|g channel|"
        "g controller|g helper|g job|g mailer|g migration|g model|g resource|g scaffold|new|routes|s|server"
    ),
    "rbenv": "exec|init|root",
    "rc-service": _SERVICE,
    "rebar3": (
        "as|clean|compile|cover|ct|deps|dialyzer|do|escriptize|eunit|get-deps|hex|new|path|plugins|release|shell|tar|"
        "tree|unlock|update|upgrade|xref"
    ),
    "resolvectl": "dns|flush-caches|query|statistics|status",
    "restic": (
        "backup|cache|cat|check|copy|diff|dump|find|forget|init|key|list|ls|mount|prune|recover|repair|"
        "restore|rewrite|self-update|snapshots|stats|tag|unlock"
    ),
    "rfkill": "block|list|unblock",
    "ros2": (
        "action|action list|bag|bag play|bag record|component|daemon|doctor|interface|interface show|launch|"
        "lifecycle|multicast|node|node info|node list|param|param get|param list|param set|pkg|pkg create|pkg list|"
        "run|security|service|service call|service list|topic|topic echo|topic hz|topic info|topic list|topic pub"
    ),
    "rye": (
        "add|build|fetch|fmt|init|install|lint|list|lock|pin|publish|remove|run|self|show|sync|test|toolchain|uninstall"
    ),
    "s3cmd": (
        "abortmp|accesslog|cfcreate|cfdelete|cfinfo|cflist|cfmodify|cp|del|delpolicy|du|expire|fixbucket|info|la|"
        "modify|multipart|payer|rb|restore|setacl|setlifecycle|setpolicy|sign|signurl|sync|ws-create|ws-delete|"
        "ws-info"
    ),
    "sacctmgr": "archive|clear|create|delete|dump|list|load|modify|reconfigure|remove|shutdown|update|version",
    "sail": "artisan|build|composer|down|npm|php|restart|shell|stop|test|tinker|up",
    "samtools": (
        "addreplacerg|ampliconclip|ampliconstats|bam2fq|bedcov|calmd|cat|checksum|collate|consensus|coverage|"
        "cram-size|depad|depth|dict|faidx|fasta|fastq|fixmate|flags|fqidx|fqimport|import|markdup|mpileup|phase|"
        "quickcheck|reference|reheader|reset|rmdup|samples|stats|targetcut|tview"
    ),
    "sbt": (
        "assembly|console|doc|package|publish|publishLocal|publishM2|reload|run|runMain|scalafmt|scalafmtAll|"
        "scalafmtCheck|shell|testOnly|testQuick|universal:packageBin|update"
    ),
    "scala-cli": (
        "bloop|clean|compile|config|console|dependency-update|doc|export|fix|install-home|new|package|publish|"
        "publish local|repl|shebang|uninstall|update|version"
    ),
    "scontrol": (
        "cancel_reboot|create|delete|notify|ping|reboot|reconfigure|requeue|requeuehold|setdebug|show config|"
        "show node|show nodes|show partition|show reservation|show step|shutdown|takeover|top|update|write"
    ),
    "service": _SERVICE,
    "skaffold": (
        "apply|completion|config|debug|delete|exec|filter|fix|init|inspect|lsp|render|schema|survey|test|verify|version"
    ),
    "solana": (
        "account|address|airdrop|balance|cluster-version|config|config get|config set|confirm|deploy|logs|program|"
        "program deploy|program show|transfer"
    ),
    "sops": "decrypt|edit|encrypt|exec-env|exec-file|filestatus|groups|keyservice|publish|rotate|set|unset",
    "stack": "clean|config|eval|ghc|ghci|list|query|runghc|script|uninstall",
    "supervisorctl": "avail|pid|reload|reread|restart|shutdown|signal|start|status|stop|tail|update",
    "sv": "force-reload|force-restart|force-stop|restart|start|stop|try-restart",
    "svn": (
        "add|annotate|blame|cat|changelist|checkout|cleanup|commit|copy|cp|delete|di|diff|export|import|info|list|lock|log|ls|merge|"
        "mkdir|move|mv|praise|propget|proplist|propset|relocate|resolve|resolved|revert|rm|status|switch|unlock|up|update|upgrade"
    ),
    "systemd-analyze": (
        "architectures|calendar|capability|compare-versions|condition|dump|exit-status|fdstore|filesystems|has-tpm2|"
        "image-policy|inspect-elf|log-level|log-target|malloc|pcrs|service-watchdogs|smbios11|srk|syscall-filter|"
        "time|timespan|timestamp|unit-files|unit-paths|verify"
    ),
    "talosctl": (
        "cgroups|cluster|cluster create|cluster destroy|config|config endpoint|config node|containers|copy|dashboard|"
        "disks|dmesg|etcd|etcd members|etcd snapshot|events|gen|gen config|gen secrets|health|image|images|inspect|"
        "list|logs|machineconfig|memory|meta|mounts|netstat|patch|patch mc|pcap|processes|read|reboot|restart|"
        "rollback|rotate-ca|service|services|shutdown|stats|support|time|upgrade|upgrade-k8s|usage|validate|version|"
        "wipe"
    ),
    "tar": "cf|cjf|czf|cvf|czvf|cvzf|zcvf|cJf|tf|tvf|tzf|xf|xjf|xvf|xvjf|xvzf|xzf|xzvf|zxf|zxvf|xJf",
    "terraform": "apply|console|destroy|fmt|force-unlock|get|graph|import|init|login|logout|metadata|output|plan|providers"
    "|refresh|show|state|state list|state mv|state pull|state push|state replace-provider|state rm|state show|taint|test"
    "|untaint|validate|version|workspace|workspace delete|workspace list|workspace new|workspace select|workspace show",
    "tilt": "ci|down|logs|trigger|up",
    "timew": (
        "annotate|cancel|chart|config|continue|day|delete|diagnostics|export|extensions|gaps|get|help|join|lengthen|"
        "modify|month|move|report|resize|shorten|show|split|tags|undo|untag|week"
    ),
    "tofu": (
        "apply|console|destroy|fmt|force-unlock|get|graph|import|init|login|logout|output|plan|providers|refresh|"
        "show|state|state list|state mv|state rm|state show|taint|test|untaint|validate|version|workspace|"
        "workspace list|workspace new|workspace select"
    ),
    "towncrier": "build|check|create",
    "twine": "check|register|upload",
    "ubuntu-drivers": "autoinstall|devices|install|list",
    "ufw": "allow|app|app list|default|delete|deny|disable|enable|limit|reload|reset|status",
    "uv": (
        "add|build|cache|cache clean|cache dir|cache prune|export|format|help|init|lock|pip|pip check|pip compile|"
        "pip freeze|pip install|pip list|pip show|pip sync|pip tree|pip uninstall|publish|python|python find|"
        "python install|python list|python pin|remove|run|self|self update|sync|tool|tool install|tool list|"
        "tool run|tool uninstall|tool upgrade|tree|venv|version"
    ),
    "vagrant": (
        "box add|box list|box remove|box update|destroy|global-status|halt|init|package|plugin install|"
        "provision|reload|resume|snapshot|ssh|ssh-config|status|suspend|up|validate"
    ),
    "vboxmanage": (
        "clonevm|closemedium|controlvm|createmedium|createvm|export|import|list|list runningvms|list vms|"
        "modifymedium|modifyvm|showvminfo|snapshot|startvm|storageattach|storagectl|unregistervm"
    ),
    "virsh": (
        "autostart|console|define|destroy|domifaddr|dominfo|dumpxml|edit|list|net-list|net-start|reboot|"
        "resume|shutdown|snapshot-create|snapshot-create-as|snapshot-list|snapshot-revert|start|suspend|"
        "undefine"
    ),
    "vite": "build|dev|optimize|preview|serve",
    "vue-cli-service": "build|inspect|lint|serve|test:unit",
    "wandb": "agent|artifact|docker|init|login|offline|online|pull|restore|server|status|sweep|sync|verify",
    "west": "attach|boards|build|config|debug|debugserver|diff|flash|forall|init|list|manifest|sign|status|topdir|update",
    "wg": "addconf|genpsk|set|setconf|show|syncconf",
    "wlc": (
        "changes|cleanup|commit|create-component|create-language|create-project|delete-component|delete-project|"
        "delete-translation|download|list-categories|list-components|list-languages|list-projects|list-translations|"
        "lock|lock-status|ls|pull|push|repo|reset|show|unlock|upload|version"
    ),
    "yadm": (
        "add|bisect|blame|branch|checkout|cherry-pick|clean|commit|diff|fetch|grep|log|ls-files|merge|mv|pull|push|"
        "rebase|reflog|remote|remote add|remote remove|remote set-url|remote show|reset|restore|revert|rm|show|stash|"
        "stash apply|stash drop|stash list|stash pop|stash show|status|submodule|submodule update|switch|tag"
    ),
    "yum": (
        "autoremove|check-update|clean|clean all|downgrade|erase|groupinstall|history|info|install|list|"
        "localinstall|makecache|provides|reinstall|remove|repolist|search|update|upgrade"
    ),
    "zfs": (
        "allow|bookmark|change-key|clone|create|destroy|diff|get|groupspace|hold|holds|inherit|list|load-key|mount|"
        "program|project|promote|receive|recv|release|rename|rollback|send|set|share|snap|snapshot|umount|unallow|"
        "unload-key|unmount|unshare|upgrade|userspace|wait"
    ),
    "zpool": (
        "attach|checkpoint|clear|destroy|detach|events|get|initialize|iostat|labelclear|list|offline|online|reguid|"
        "remove|reopen|replace|resilver|set|split|sync|trim|upgrade|wait"
    ),
    "zypper": "addrepo|dist-upgrade|info|install|list-updates|patch|refresh|remove|removerepo|repos|search|update",
}

# Flags before or between subcommands that take the next word, by command ("program" or "program path").
TAKES_VALUE = {
    "alembic": "-c -n -x --config --name",
    "ansible": "-i -m -a -u -e -l -f --inventory --module-name --args --user --extra-vars --limit --forks",
    "aws": "--profile --region --output --endpoint-url --query --color --ca-bundle --cli-read-timeout --cli-connect-timeout",
    "az": "-o --output --query --subscription",
    "bundle": "--gemfile --retry",
    "cargo": "--config -C -Z --color --manifest-path",
    "celery": "-A -b --app --broker --workdir",
    "composer": "-d --working-dir",
    "conda": "-n --name -p --prefix",
    "dbt": "--profiles-dir --project-dir --profile --target",
    "docker": "-H -c -l --host --context --config --log-level --tlscacert --tlscert --tlskey",
    "docker compose": "-f -p --file --project-name --profile --project-directory --env-file --ansi --parallel --progress",
    "docker-compose": "-f -p --file --project-name --profile --project-directory --env-file --ansi",
    "dvc": "--cd",
    "eksctl": "-C -v --color --verbose",
    "fly": "-a -c -t --app --config --access-token",
    "flyctl": "-a -c -t --app --config --access-token",
    "gcloud": (
        "--project --account --configuration --format --verbosity --region --zone --billing-project "
        "--impersonate-service-account"
    ),
    "gh": "-R --repo --hostname",
    "git": "-C -c --git-dir --work-tree --namespace --config-env --exec-path --super-prefix",
    "glab": "-R --repo",
    "gradle": "-b -c -p -g -I --build-file --settings-file --project-dir --gradle-user-home --init-script --console",
    "gsutil": "-o -u",
    "heroku": "-a --app -r --remote",
    "helm": (
        "-n --namespace --kube-context --kubeconfig --kube-apiserver --registry-config --repository-cache "
        "--repository-config"
    ),
    "hg": "-R --repository --cwd --config --encoding",
    "jj": "-R --repository --at-op --config --color",
    "just": "-f -d --justfile --working-directory --set --shell --color --dotenv-path",
    "kubectl": (
        "-n -s --namespace --context --cluster --user --kubeconfig --server --as --as-group --request-timeout "
        "--cache-dir --token -v --v"
    ),
    "make": "-C -f -I -j -l -o -W --directory --file --makefile --include-dir --jobs --load-average --old-file --what-if",
    "mvn": (
        "-f -pl -P -s -gs -T -D -rf --file --projects --activate-profiles --settings --global-settings --threads "
        "--define --resume-from"
    ),
    "netlify": "--auth --filter",
    "ninja": "-C -f -j -k -l -d -t",
    "npm": "-C --prefix -w --workspace --registry --userconfig --loglevel",
    "nox": "-f -s -e -k -t -p --noxfile --session --sessions --keywords --tags --python",
    "oc": "-n --namespace --context --cluster --user --kubeconfig --server --as --token",
    "node": "-r -C --require --import --loader --experimental-loader --conditions --env-file --max-old-space-size --title",
    "bash": "-O -o --rcfile --init-file",
    "deno": "-c --config --import-map --cert",
    "java": "-cp -classpath --class-path --module-path -p --add-modules",
    "julia": "-t -p -J --threads --procs --sysimage",
    "openstack": "--os-cloud --os-region-name --os-project-name --os-username --os-auth-url",
    "pip": "--python --proxy --timeout --cert --client-cert --log --cache-dir --retries --trusted-host --exists-action",
    "pnpm": "-C --dir --filter -F",
    "podman": "-c --connection --url --log-level --root --runroot --storage-driver",
    "poetry": "-C -P --directory --project",
    "pulumi": "-C -s --cwd --stack --color",
    "perl": "-I",
    "php": "-d -c",
    "python": "-W -X -Q --check-hash-based-pycs",
    "ruby": "-I -r -E -C",
    "Rscript": "-e --default-packages",
    "sh": "-o",
    "zsh": "-o",
    "ansible-playbook": (
        "-i -u -e -l -t -f --inventory --user --extra-vars --limit --tags --skip-tags --forks --private-key "
        "--become-user --start-at-task"
    ),
    "spark-submit": (
        "--master --deploy-mode --class --name --jars --packages --py-files --files --conf --driver-memory "
        "--executor-memory --num-executors --executor-cores"
    ),
    "sbatch": (
        "-A -J -N -n -o -e -p -t -c -a --account --job-name --nodes --ntasks --output --error --partition --time "
        "--mem --array --dependency"
    ),
    "mysql": "-u -h -P -D -e -S --user --host --port --database --execute --socket",
    "psql": "-h -p -U -d -c -f -o -v --host --port --username --dbname --command --file --output --variable --set",
    "ssh": "-B -b -c -D -E -e -F -I -i -J -L -l -m -O -o -p -Q -R -S -W -w",
    "rake": "-f -I -R -r --rakefile --libdir --require",
    "restic": "-r -p -o --repo --password-file --repository-file --option --cacert --cache-dir",
    "svn": "--username --config-dir --config-option",
    "systemctl": "-H -M -t -p -n -o -s --host --machine --type --property --lines --output --signal --state --root --job-mode",
    "task": "-d -t -C -o --dir --taskfile --concurrency --output",
    "terragrunt": "--terragrunt-config --terragrunt-working-dir --working-dir",
    "tmux": "-c -f -L -S -T",
    "tox": "-c -e -f -m -x --conf --workdir --root",
    "twine": "--config-file",
    "uv": "--directory --project --config-file --cache-dir --python --color",
    "vagrant": "--machine-readable",
    "vault": "-address -namespace -ca-cert -client-cert -client-key",
    "wp": "--path --url --ssh --http --user --require --exec --context",
    "yarn": "--cwd --cache-folder --modules-folder",
}

# Flags that everybody uses and the pages show only inside a cluster, or not at all.
FLAGS = {
    "bump-my-version": "--new-version --current-version --tag --commit --no-tag",
    "bump2version": "--new-version --current-version --tag --commit --no-tag --no-commit --allow-dirty --list",
    "bumpversion": "--new-version --current-version --tag --commit --no-tag --no-commit --allow-dirty --list",
    "convert": "-resize -quality -crop -density -strip -rotate -thumbnail -gravity -background -depth -colorspace",
    "cp": "-p -f -n -u -v -R -P",
    "ffmpeg": "-c:v -c:a -crf -preset -vcodec -acodec -b:v -b:a -ss -to -t -r -s -an -vn -map -filter_complex -y -hide_banner",
    "go": "-v -race -run -count -cover -coverprofile -o -ldflags -tags -bench -timeout",
    "grep": "-r -n -i -l -L -v -c -w -E -F -P -o -A -B -C -h -H -q -s -x -z -R",
    "journalctl": "-x -e -f -u -n -b -k -p -r",
    "ls": "-a -l -h -t -r -R -S -1 -A -d -F -G -i",
    "magick": "-resize -quality -crop -density -strip -rotate -thumbnail -gravity -background -depth -colorspace",
    "mysqldump": "--single-transaction --routines --triggers --no-data --databases --all-databases --quick --events",
    **dict.fromkeys(
        LIKE_PACMAN,
        "--asdeps --asexplicit --confirm --needed --noconfirm --overwrite "
        "-S -R -Q -D -F -T -U -a -b -c -d -e -f -g -h -i -k -l -m -n -o -p -q -r -s -t -u -v -w -x -y",
    ),
    "ps": "-a -u -x -e -f -l -o -p",
    "rm": "-r -f -i -v -R -d",
    "rsync": "-a -v -z -P -r -n -u -h -e -t -l -p -c -i -x -H --delete --exclude --progress --dry-run",
    "samtools": "-@ -b -h -o -S -F -f -q",
    "snakemake": "--cores --use-conda --configfile --rerun-incomplete --snakefile --dry-run --unlock --profile -n -j -s",
    "tar": "-x -c -t -v -z -j -J -f -C -p -r -u -k -a",
    "zip": "-r -q -j -x -9 -u -m -e",
}

# Plain technical words that are no one's secret.
WORDS = """
alpha amd64 arm64 backup beta blue bugfix canary ci dev develop development devel dist dist-packages docs e2e feature fix fixtures
gh-pages green HEAD head hotfix integration latest lib lint local main master nightly node_modules origin pre-production
preview prod production public qa quality rc release releases review root sandbox site smoke src stable stage staging stash
target test testing tests tmp trunk uat unit upstream venv vendor web website x86_64 .venv http.server json.tool
assembleDebug assembleRelease assets:clean assets:precompile bootJar bootRun bundleRelease compileJava compileKotlin
connectedAndroidTest db:schema:load db:setup dependency:tree distZip docker:publishLocal exec:java installDebug
installDist integration-test javadoc:javadoc publishLocal publishToMavenLocal quarkus:dev release:perform
release:prepare scalafmtAll shadowJar spotlessApply spotlessCheck spring-boot:run test-compile testOnly testQuick
uninstallAll versions:set
"""
