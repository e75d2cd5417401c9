import { Argument, type Command } from 'commander';
import type { CompletedCommand } from './completion/completion-tree.ts';
import type { Terminal } from './output/terminal.ts';

type Shell = 'bash' | 'zsh' | 'fish';
const SHELLS: readonly Shell[] = ['bash', 'zsh', 'fish'];

/** `smartscale completion SHELL`: the script by which a shell completes commands, options, and what is known of their values. */
export function addCompletionCommand(
  program: Command,
  { terminal, wholeProgram }: { readonly terminal: Terminal; readonly wholeProgram: () => Promise<Command> },
): void {
  program
    .command('completion')
    .description('print the completion script of a shell')
    .addArgument(new Argument('<shell>', 'which shell').choices(SHELLS))
    .addHelpText(
      'after',
      `
In a checkout, where smartscale is started by npx, say this in the shell's start-up file, with the checkout's path:
  smartscale() { npx --prefix ~/smartscale smartscale "$@"; }    # fish: alias smartscale 'npx --prefix ~/smartscale smartscale'
  source <(smartscale completion bash)                           # zsh: after compinit; fish: smartscale completion fish | source`,
    )
    .action(async (shell: Shell) => {
      const { completionTree } = await import('./completion/completion-tree.ts');
      const script = await scriptOf(shell);
      terminal.print(script(await completionTree(await wholeProgram())));
    });
}

async function scriptOf(shell: Shell): Promise<(commands: readonly CompletedCommand[]) => string> {
  switch (shell) {
    case 'bash':
      return (await import('./completion/bash-script.ts')).bashScript;
    case 'zsh':
      return (await import('./completion/zsh-script.ts')).zshScript;
    case 'fish':
      return (await import('./completion/fish-script.ts')).fishScript;
  }
}
