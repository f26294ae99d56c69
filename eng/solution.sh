#!/usr/bin/env bash
# Makes Aspire.sln anew from every project of the repository. Run it after adding or removing one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
rm -f Aspire.sln
dotnet new sln --format sln --name Aspire >/dev/null
projects=$(git ls-files -co --exclude-standard '*.csproj' | grep -v '^eng/probe/' | sort)
# One solution folder for each folder at the top.
for folder in $(cut -d/ -f1 <<<"$projects" | sort -u); do
  grep "^$folder/" <<<"$projects" | xargs dotnet sln Aspire.sln add --solution-folder "$folder" >/dev/null
done
echo "Aspire.sln: $(dotnet sln Aspire.sln list | grep -c csproj) projects"
