#!/bin/sh
# Makes the Debian package out of what `pyinstaller build.spec` built: make_deb.sh [dist/valise] [where to put it]
# The web view is the system's, so the package depends on it; /usr/bin/valise is both the window and the commands.
set -eu
built=$(realpath "${1:-dist/valise}")
target=$(realpath "${2:-dist}")
own=$(dirname "$(realpath "$0")")
version=$("$built/valise" --version | grep -oE '[0-9]+(\.[0-9]+)+')
architecture=$(dpkg --print-architecture)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

install -d "$root/DEBIAN" "$root/usr/lib" "$root/usr/bin"
cp -a "$built" "$root/usr/lib/valise"
ln -s ../lib/valise/valise "$root/usr/bin/valise"
install -D -m 644 "$own/valise.desktop" "$root/usr/share/applications/valise.desktop"
install -D -m 644 "$own/valise.svg" "$root/usr/share/icons/hicolor/scalable/apps/valise.svg"
install -D -m 644 "$own/valise.png" "$root/usr/share/icons/hicolor/256x256/apps/valise.png"
chmod -R u=rwX,go=rX "$root"

cat > "$root/DEBIAN/control" <<CONTROL
Package: valise
Version: $version
Architecture: $architecture
Maintainer: The Valise project <valise@localhost>
Installed-Size: $(du -sk "$root/usr" | cut -f1)
Depends: libc6, libstdc++6, zlib1g, libbz2-1.0, liblzma5, libffi8, libexpat1, libuuid1, libgirepository-1.0-1, gir1.2-gtk-3.0, gir1.2-webkit2-4.1, libwebkit2gtk-4.1-0
Recommends: xdg-utils
Section: misc
Priority: optional
Description: programme log that country offices keep offline
 Log a programme on the laptop you have, without a network, and send it to
 headquarters as one signed PDF that people read and Valise imports.
CONTROL
dpkg-deb --root-owner-group -Zxz --build "$root" "$target/valise_${version}_$architecture.deb"
