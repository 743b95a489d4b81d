import { mount } from 'svelte'
import Parts from './Parts.svelte'
import './ui/tokens.css'
import './ui/parts.css'

mount(Parts, { target: document.getElementById('app')! })
